/// How an operand of a fuzzed call is laid out, told apart from the box's extent, so that the box can
/// shrink and the layout stays the same in kind.
struct Arrangement: Equatable, Sendable {
  /// The outer axes, outermost in memory first.
  var order = [0, 1, 2]
  /// Elements left out between rows and planes.
  var gap = 0
  /// Outer axes along which addresses fall.
  var backwards: [Int] = []
  /// Axes along which an input is one value: stride 0.
  var shared: [Int] = []
  /// The stride of axes of one element, which means nothing; nil: as in a dense operand.
  var idle: Int?
  /// Coefficients of a vector parameter: 0 outermost; else this far apart, innermost.
  var step = 0

  static let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]

  static func random(isInput: Bool, isVector: Bool, _ random: inout Random) -> Arrangement {
    var result = Arrangement()
    if random.once(in: 2) { result.order = random.element(of: orders) }
    if random.once(in: 2) { result.gap = random.below(9) }
    if random.once(in: 3) { result.backwards = (0..<3).filter { _ in random.once(in: 2) } }
    if isInput && random.once(in: 3) { result.shared = (0..<3).filter { _ in random.once(in: 2) } }
    if random.once(in: 4) { result.idle = random.element(of: [0, 1 << 40, -977, 31]) }
    if isVector && random.once(in: 2) { result.step = random.element(of: [1, 1, 2, 5, 97, -3]) }
    return result
  }

  /// Strides in a box of this extent.
  func layout(_ extent: [Int], varies: [Bool], length: Int?) -> Layout {
    let varies = (0..<4).map { varies[$0] && !shared.contains($0) }
    let isInner = step != 0 && !varies[3] && length != nil
    var layout = Layout.arranged(
      extent, varies: varies, order: order, gap: gap, backwards: Set(backwards),
      unit: isInner ? length! * abs(step) + 1 : 1)
    if let length {
      layout.step = isInner ? step : layout.span(extent) + gap * length
    }
    if let idle {
      for axis in 0..<3 where extent[axis] == 1 { layout.strides[axis] = idle }
      if extent[3] == 1 && length == nil { layout.strides[3] = 0 }
    }
    return layout
  }

  /// The same with one thing less to it, the simplest first.
  var simpler: [Arrangement] {
    var simpler: [Arrangement] = []
    func add(_ change: (inout Arrangement) -> Void) {
      var other = self
      change(&other)
      if other != self { simpler.append(other) }
    }
    add { $0 = Arrangement() }
    add { $0.order = [0, 1, 2] }
    add { $0.gap = 0 }
    add { $0.idle = nil }
    add { $0.step = 0 }
    for axis in backwards { add { $0.backwards.removeAll { $0 == axis } } }
    for axis in shared { add { $0.shared.removeAll { $0 == axis } } }
    return simpler
  }
}
