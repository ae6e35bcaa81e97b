import Training

/// Charts as SVG that takes its colours from the page; lengths are tenths of a unit.
enum Figure {
  /// What every picture of the overview shows, one unit as long on both axes: shapes and slopes compare.
  static let common = (x: -4.0...4.0, y: -2.0...4.0)

  /// Value and derivative, small, over the common axes.
  ///
  /// The horizontal one is named where it is not x.
  static func picture(_ chart: Chart, _ name: String, over axis: String) -> String {
    var curves = ""
    for series in chart.series.prefix(2) {
      let path = CurvePath(
        series.points, x: common.x, y: common.y, width: 3200, height: 2400)
      curves += "<path class=\"\(series.isDashed ? "slope" : "value")\" d=\"\(path.data)\"/>"
    }
    if axis != "x" { curves += "<text x=\"3020\" y=\"1820\">\(axis)</text>" }
    return "<svg class=\"picture\" viewBox=\"0 0 3200 2400\" role=\"img\" "
      + "aria-label=\"Curve of \(name) and its derivative\">"
      + "<path class=\"grid\" d=\"M800 0v2400M2400 0v2400M0 800h3200\"/>"
      + "<path class=\"zero\" d=\"M1600 0v2400M0 1600h3200\"/>\(curves)</svg>"
  }

  /// Left, top, width and height of what the axes enclose.
  private static let frame = (left: 460.0, top: 100.0, width: 3640.0, height: 2340.0)

  /// A chart with labelled axes.
  ///
  /// `classes` are those of the curves, in their order.
  static func chart(_ chart: Chart, _ label: String, classes: [String]) -> String {
    let x = chart.xRange ?? common.x
    let y = chart.yRange ?? paddedRange(chart.series.flatMap { $0.points.map(\.y) })
    func column(_ value: Double) -> Int {
      Int(frame.left + (value - x.lowerBound) / (x.upperBound - x.lowerBound) * frame.width)
    }
    func row(_ value: Double) -> Int {
      Int(frame.top + (y.upperBound - value) / (y.upperBound - y.lowerBound) * frame.height)
    }
    let (left, right) = (Int(frame.left), Int(frame.left + frame.width))
    let (top, bottom) = (Int(frame.top), Int(frame.top + frame.height))
    var (grid, zero, labels) = ("", "", "")
    for tick in niceTicks(x, about: 4) {
      let line = "M\(column(tick)) \(top)V\(bottom)"
      if abs(tick) < 1e-12 { zero += line } else { grid += line }
      let place = "x=\"\(column(tick))\" y=\"\(bottom + 180)\""
      labels += "<text \(place) class=\"mid\">\(mark(tick))</text>"
    }
    for tick in niceTicks(y, about: 5) {
      let line = "M\(left) \(row(tick))H\(right)"
      if abs(tick) < 1e-12 { zero += line } else { grid += line }
      let place = "x=\"\(left - 70)\" y=\"\(row(tick) + 45)\""
      labels += "<text \(place) class=\"end\">\(mark(tick))</text>"
    }
    var curves = ""
    for (series, name) in zip(chart.series, classes) {
      let path = CurvePath(
        series.points, x: x, y: y, left: frame.left, top: frame.top, width: frame.width,
        height: frame.height)
      curves += "<path class=\"\(name)\" d=\"\(path.data)\"/>"
    }
    // The inner element clips; its margin is half a line.
    let box =
      "x=\"\(left)\" y=\"\(top)\" width=\"\(right - left)\" height=\"\(bottom - top)\" "
      + "viewBox=\"\(left) \(top) \(right - left) \(bottom - top)\""
    return "<svg class=\"chart\" viewBox=\"0 0 4200 2700\" role=\"img\" aria-label=\"\(label)\" "
      + "data-frame=\"\(left) \(top) \(right - left) \(bottom - top)\">"
      + "<path class=\"grid\" d=\"\(grid)\"/><path class=\"zero\" d=\"\(zero)\"/>\(labels)"
      + "<svg \(box)>\(curves)</svg></svg>"
  }

  private static func mark(_ tick: Double) -> String {
    brief(abs(tick) < 1e-12 ? 0 : tick).replacing("-", with: "−")
  }
}
