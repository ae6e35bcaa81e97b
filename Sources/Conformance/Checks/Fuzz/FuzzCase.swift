import CActZoo

/// One valid call, drawn at random and told in a way that can be made simpler step by step.
struct FuzzCase: Equatable, Sendable {
  var pass: Pass
  var extent: [Int]
  /// Position among the activation's settings.
  var setting = 0
  var mix = ValueMix.normal
  /// Of the values, which depend on it, on the operand and on the element's place in the box alone.
  var seed: UInt64
  var arrangements: [Role: Arrangement] = [:]
  var placements: [Role: Placement] = [:]
  /// Axes along which each parameter varies.
  var varies: [[Int]]
  /// Axes along which its gradient is kept apart, where these are others.
  var sumsVary: [[Int]?]
  var absent: Set<Role> = []
  var hasDY = true
  var inPlace: InPlace = []
  var isProtected = false
  var hasMessage = true

  /// Every operand that a call of the kernel may have.
  static func roles(_ kernel: Kernel) -> [Role] {
    var roles: [Role] = [.x, .y, .dy, .dx]
    if kernel.activation.isGated { roles += [.g, .dg] }
    if kernel.activation.usesNoise { roles.append(.noise) }
    for i in kernel.activation.parameters.indices { roles += [.parameter(i), .dparameter(i)] }
    return roles
  }

  /// A call; small ones where `size` (0 to 1) is small.
  static func random(_ kernel: Kernel, _ settings: Int, size: Double, _ random: inout Random)
    -> FuzzCase
  {
    let parameters = kernel.activation.parameters
    var result = FuzzCase(
      pass: random.element(of: kernel.passes), extent: extent(size, &random), seed: random.next(),
      varies: parameters.map { _ in [] }, sumsVary: parameters.map { _ in nil })
    if random.once(in: 3) { result.setting = random.below(settings) }
    result.mix = random.element(of: ValueMix.allCases)
    func axes() -> [Int] {
      random.once(in: 3) ? [] : (0..<4).filter { _ in random.once(in: 3) }
    }
    for (i, parameter) in parameters.enumerated() where !parameter.isFixed {
      result.varies[i] = axes()
      if random.once(in: 4) { result.sumsVary[i] = axes() }
    }
    if random.once(in: 4) { result.hasDY = false }
    if random.once(in: 3) { result.inPlace = permitted(kernel, result.hasDY, &random) }
    for role in roles(kernel) {
      let isTensor = !role.isParameter
      let isInput = [.x, .g, .dy, .noise].contains(role)
      if random.once(in: 3) {
        result.arrangements[role] = .random(
          isInput: isInput && isTensor, isVector: !isTensor, &random)
      }
      if random.once(in: 3) {
        result.placements[role] =
          random.once(in: 3)
          ? random.element(of: [.endsAtGuard, .startsAtGuard])
          : .loose(offset: random.below(16))
      }
      let isOptional: Bool
      switch role {
      case .dx, .dg, .dparameter: isOptional = true
      default: isOptional = false
      }
      if isOptional && random.once(in: 6) { result.absent.insert(role) }
    }
    result.isProtected = random.once(in: 4)
    result.hasMessage = !random.once(in: 4)
    result.tidy()
    return result
  }

  private static func permitted(_ kernel: Kernel, _ hasDY: Bool, _ random: inout Random) -> InPlace
  {
    var inPlace: InPlace = []
    if kernel.has(ACTZOO_INPLACE_FORWARD) && !random.once(in: 3) { inPlace.insert(.y) }
    if kernel.has(ACTZOO_INPLACE_BACKWARD) && hasDY && !random.once(in: 3) { inPlace.insert(.dx) }
    return inPlace
  }

  private static func extent(_ size: Double, _ random: inout Random) -> [Int] {
    let rows = [1, 1, 1, 2, 3, 3, 4, 5, 7]
    let lengths = [1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 37, 64, 65, 127, 251, 509]
    var extent = (0..<3).map { _ in random.element(of: rows) }
    extent.append(lengths[random.below(1 + Int(size * Double(lengths.count - 1)))])
    if random.once(in: 40) { extent[random.below(4)] = 0 }
    // The reference is one row of all elements: boxes of thousands find no more than those of hundreds.
    while extent.reduce(1, *) > 64 + Int(size * 600) {
      let axis = extent.indices.max { extent[$0] < extent[$1] }!
      extent[axis] = (extent[axis] + 1) / 2
    }
    return extent
  }

  /// Takes out what would make the call invalid.
  mutating func tidy() {
    if inPlace.contains(.y) { arrangements[.x]?.shared = [] }
    if inPlace.contains(.dx) { arrangements[.dy]?.shared = [] }
    if inPlace.contains(.dx) { absent.remove(.dx) }
  }
}
