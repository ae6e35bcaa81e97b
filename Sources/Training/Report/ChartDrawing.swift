/// Draws one chart into a rectangle of an SVG document.
struct ChartDrawing {
  private(set) var body = ""
  private let chart: Chart
  private let xRange: ClosedRange<Double>
  private let yRange: ClosedRange<Double>
  private let frame: (left: Double, top: Double, right: Double, bottom: Double)

  /// Okabe and Ito's colours, which remain distinct for colour-blind readers, darkest first; yellow, which
  /// is faint on white, is left out.
  private static let palette = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b5b5b", "#7b4fb5",
  ]
  private static let legendLine = 20.0

  init(_ chart: Chart, x: Double, y: Double, width: Double, height: Double) {
    self.chart = chart
    let legend = ChartDrawing.legendPlaces(chart.series.map(\.name), width: width - 84)
    frame = (
      x + 64, y + 50 + Double((legend.last?.row ?? 0) + 1) * ChartDrawing.legendLine,
      x + width - 20,
      y + height - 50
    )
    let points = chart.series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    xRange = chart.xRange ?? ChartDrawing.range(points.map(\.x), margin: 0)
    let inside = points.filter { [xRange] in xRange.contains($0.x) }.map(\.y)
    let edges = chart.series.flatMap { $0.band ?? [] }.flatMap { [$0.lowerBound, $0.upperBound] }
    yRange =
      chart.yRange ?? ChartDrawing.range(inside + edges.filter(\.isFinite), margin: 0.05)
    drawFrame(x: x, y: y)
    drawLegend(legend, x: frame.left, y: y + 56)
    // Curves are clipped to the frame, with room for half a dot.
    let clip =
      "\(at(frame.left - 4)) \(at(frame.top - 4)) \(at(frame.right - frame.left + 8)) "
      + at(frame.bottom - frame.top + 8)
    body += "<svg \(ChartDrawing.placement(clip)) viewBox=\"\(clip)\">\n"
    for index in chart.series.indices { drawBand(index) }
    for index in chart.series.indices { drawCurve(index) }
    body += "</svg>\n"
  }

  private static func placement(_ box: String) -> String {
    let parts = box.split(separator: " ")
    return "x=\"\(parts[0])\" y=\"\(parts[1])\" width=\"\(parts[2])\" height=\"\(parts[3])\""
  }

  /// The range of values, widened by a share of itself; never empty.
  private static func range(_ values: [Double], margin: Double) -> ClosedRange<Double> {
    guard let low = values.min(), let high = values.max() else { return 0...1 }
    let span = high - low
    if span <= 0 { return low - max(abs(low) * 0.1, 0.5)...high + max(abs(high) * 0.1, 0.5) }
    return low - span * margin...high + span * margin
  }

  private func toX(_ x: Double) -> Double {
    let share = (x - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound)
    return frame.left + share * (frame.right - frame.left)
  }

  private func toY(_ y: Double) -> Double {
    let share = (y - yRange.lowerBound) / (yRange.upperBound - yRange.lowerBound)
    // Far outside is as good as infinitely far, and keeps the file's numbers short.
    return frame.bottom - min(max(share, -10), 11) * (frame.bottom - frame.top)
  }

  private func color(_ index: Int) -> String {
    ChartDrawing.palette[(chart.series[index].color ?? index) % ChartDrawing.palette.count]
  }

  // MARK: Frame

  private mutating func drawFrame(x: Double, y: Double) {
    text(chart.title, frame.left, y + 32, "class=\"title\"")
    let middle = (frame.left + frame.right) / 2
    text(chart.xLabel, middle, frame.bottom + 38, "class=\"label\" text-anchor=\"middle\"")
    let center = (frame.top + frame.bottom) / 2
    text(
      chart.yLabel, x + 18, center,
      "class=\"label\" text-anchor=\"middle\" transform=\"rotate(-90 \(at(x + 18)) \(at(center)))\""
    )
    let columns = Ticks(
      xRange, target: max(2, Int((frame.right - frame.left) / 90)), whole: chart.hasWholeX)
    for tick in columns.values {
      let place = toX(tick)
      line(
        place, frame.top, place, frame.bottom, tick == 0 && xRange.lowerBound < 0 ? "zero" : "grid")
      text(
        columns.label(tick).typographic, place, frame.bottom + 18,
        "class=\"tick\" text-anchor=\"middle\"")
    }
    let rows = Ticks(yRange, target: max(2, Int((frame.bottom - frame.top) / 50)))
    for tick in rows.values {
      let place = toY(tick)
      line(
        frame.left, place, frame.right, place, tick == 0 && yRange.lowerBound < 0 ? "zero" : "grid")
      text(
        rows.label(tick).typographic, frame.left - 8, place + 4,
        "class=\"tick\" text-anchor=\"end\"")
    }
    line(frame.left, frame.bottom, frame.right, frame.bottom, "axis")
  }

  // MARK: Legend

  /// Where the legend's entries stand: left to right, in as many rows as they need.
  ///
  /// Widths are estimated from the number of letters, since nothing here can measure text.
  private static func legendPlaces(_ names: [String], width: Double) -> [(x: Double, row: Int)] {
    var places: [(x: Double, row: Int)] = []
    var x = 0.0
    var row = 0
    for name in names {
      let needed = 44 + 7.2 * Double(name.count)
      if x > 0 && x + needed > width {
        x = 0
        row += 1
      }
      places.append((x, row))
      x += needed
    }
    return places
  }

  private mutating func drawLegend(_ places: [(x: Double, row: Int)], x: Double, y: Double) {
    for (index, place) in places.enumerated() {
      let left = x + place.x
      let top = y + Double(place.row) * ChartDrawing.legendLine
      body +=
        "<path d=\"M\(at(left)) \(at(top - 4))h22\" stroke=\"\(color(index))\" class=\"curve\""
        + (chart.series[index].isDashed ? " stroke-dasharray=\"5 4\"" : "") + "/>\n"
      text(chart.series[index].name, left + 28, top, "class=\"legend\"")
    }
  }

  // MARK: Curves

  private mutating func drawBand(_ index: Int) {
    let series = chart.series[index]
    guard let band = series.band else { return }
    let known = zip(series.points, band).filter {
      $0.x.isFinite && $1.lowerBound.isFinite && $1.upperBound.isFinite
    }
    guard known.count > 1 else { return }
    let upper = known.map { "\(at(toX($0.x))) \(at(toY($1.upperBound)))" }
    let lower = known.reversed().map { "\(at(toX($0.x))) \(at(toY($1.lowerBound)))" }
    body +=
      "<path d=\"M\((upper + lower).joined(separator: "L"))Z\" fill=\"\(color(index))\" "
      + "fill-opacity=\"0.15\"/>\n"
  }

  private mutating func drawCurve(_ index: Int) {
    let series = chart.series[index]
    var path = ""
    var isDrawing = false
    for point in series.points {
      guard point.x.isFinite && point.y.isFinite else {
        isDrawing = false
        continue
      }
      path += "\(isDrawing ? "L" : "M")\(at(toX(point.x))) \(at(toY(point.y)))"
      isDrawing = true
    }
    body +=
      "<path d=\"\(path)\" stroke=\"\(color(index))\" class=\"curve\""
      + (series.isDashed ? " stroke-dasharray=\"5 4\"" : "") + "/>\n"
    // Few points are measurements, and are shown as such.
    guard series.points.count <= 12 else { return }
    for point in series.points where point.x.isFinite && point.y.isFinite {
      body +=
        "<circle cx=\"\(at(toX(point.x)))\" cy=\"\(at(toY(point.y)))\" r=\"3\" fill=\"\(color(index))\"/>\n"
    }
  }

  // MARK: Elements

  private mutating func text(_ text: String, _ x: Double, _ y: Double, _ attributes: String) {
    body += "<text x=\"\(at(x))\" y=\"\(at(y))\" \(attributes)>\(text.escapedForXML)</text>\n"
  }

  private mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ kind: String)
  {
    body += "<path d=\"M\(at(x1)) \(at(y1))L\(at(x2)) \(at(y2))\" class=\"\(kind)\"/>\n"
  }
}
