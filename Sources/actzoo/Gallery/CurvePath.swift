import Training

/// A curve as the data of an SVG path: whole numbers, and only as many points as the eye needs.
struct CurvePath {
  let data: String

  /// Draws `points` into a box; values far outside of `y` end shortly behind its edge.
  init(
    _ points: [ChartPoint], x: ClosedRange<Double>, y: ClosedRange<Double>, left: Double = 0,
    top: Double = 0, width: Double, height: Double
  ) {
    let (xSpan, ySpan) = (x.upperBound - x.lowerBound, y.upperBound - y.lowerBound)
    let breaks = Self.jumps(points, ySpan)
    var data = ""
    var run: [SIMD2<Double>] = []
    for (index, point) in points.enumerated() {
      if breaks.contains(index) || !point.y.isFinite {
        data += Self.path(run)
        run = []
      }
      guard point.y.isFinite else { continue }
      let share = min(max((y.upperBound - point.y) / ySpan, -1), 2)
      run.append([left + (point.x - x.lowerBound) / xSpan * width, top + share * height])
    }
    self.data = data + Self.path(run)
  }

  /// Places before which the curve jumps: far more than on either side.
  ///
  /// A line across a jump would show values that the function does not take.
  private static func jumps(_ points: [ChartPoint], _ span: Double) -> Set<Int> {
    var jumps: Set<Int> = []
    guard points.count > 3 else { return jumps }
    for i in 2..<points.count - 1 {
      let here = abs(points[i].y - points[i - 1].y)
      let beside = max(
        abs(points[i - 1].y - points[i - 2].y), abs(points[i + 1].y - points[i].y))
      if here > 6 * beside + 0.01 * span { jumps.insert(i) }
    }
    return jumps
  }

  private static func path(_ points: [SIMD2<Double>]) -> String {
    let kept = simplified(points)
    guard let first = kept.first, kept.count > 1 else { return "" }
    var last = SIMD2(Int(first.x.rounded()), Int(first.y.rounded()))
    var path = "M\(last.x) \(last.y)l"
    for (index, point) in kept.dropFirst().enumerated() {
      let place = SIMD2(Int(point.x.rounded()), Int(point.y.rounded()))
      let step = place &- last
      path += (index > 0 && step.x >= 0 ? " " : "") + "\(step.x)" + (step.y < 0 ? "" : " ")
      path += "\(step.y)"
      last = place
    }
    return path
  }

  /// Ramer, Douglas and Peucker: the fewest points that stay within `tolerance` of the curve, halving
  /// at the farthest one; with a stack of its own.
  private static func simplified(_ points: [SIMD2<Double>]) -> [SIMD2<Double>] {
    let tolerance = 2.0
    guard points.count > 2 else { return points }
    var isKept = [Bool](repeating: false, count: points.count)
    isKept[0] = true
    isKept[points.count - 1] = true
    var open = [(0, points.count - 1)]
    while let (from, to) = open.popLast() {
      let along = points[to] - points[from]
      let length = (along * along).sum().squareRoot()
      var (worst, place) = (tolerance, -1)
      for i in from + 1..<max(to, from + 1) {
        let off = points[i] - points[from]
        let distance = abs(along.x * off.y - along.y * off.x) / length
        if distance > worst { (worst, place) = (distance, i) }
      }
      guard place > 0 else { continue }
      isKept[place] = true
      open += [(from, place), (place, to)]
    }
    return zip(points, isKept).filter(\.1).map(\.0)
  }
}
