/// A point of a curve, in the units of the axes.
public struct ChartPoint: Sendable {
  /// Place along the horizontal axis.
  public var x: Double
  /// Height.
  ///
  /// A value that is not finite breaks the curve.
  public var y: Double

  /// A point.
  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }
}

/// A curve with a name, and possibly a band around it.
public struct ChartSeries: Sendable {
  /// What the legend says.
  public var name: String
  /// The points from left to right.
  public var points: [ChartPoint]
  /// Lower and upper edge at each point, such as mean ± deviation over seeds.
  public var band: [ClosedRange<Double>]?
  /// Whether the curve is dashed: for derivatives and references.
  public var isDashed: Bool
  /// Index into the palette; nil for the series' own place.
  public var color: Int?

  /// A curve.
  public init(
    name: String, points: [ChartPoint], band: [ClosedRange<Double>]? = nil, isDashed: Bool = false,
    color: Int? = nil
  ) {
    precondition(
      band.map { $0.count == points.count } ?? true, "a band has one range for each point")
    self.name = name
    self.points = points
    self.band = band
    self.isDashed = isDashed
    self.color = color
  }
}

/// A line chart: what is drawn, independent of how.
///
/// `svg()` draws it.
public struct Chart: Sendable {
  /// Heading.
  public var title: String
  /// What the horizontal axis shows, with its unit.
  public var xLabel: String
  /// What the vertical axis shows, with its unit.
  public var yLabel: String
  /// The curves, in the order of the legend.
  public var series: [ChartSeries]
  /// What the horizontal axis covers; nil for all points.
  public var xRange: ClosedRange<Double>?
  /// What the vertical axis covers; nil for all points and bands.
  ///
  /// Curves are clipped to it.
  public var yRange: ClosedRange<Double>?
  /// Whether the horizontal axis counts something that has no parts, such as epochs.
  public var hasWholeX = false

  /// A chart.
  public init(
    title: String, xLabel: String, yLabel: String, series: [ChartSeries],
    xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
    self.xRange = xRange
    self.yRange = yRange
  }

  /// The chart as one SVG document.
  public func svg(width: Double = 760, height: Double = 460) -> String {
    svgDocument(width, height, ChartDrawing(self, x: 0, y: 0, width: width, height: height).body)
  }

  /// Several charts as one SVG document, in rows.
  public static func svg(
    _ charts: [Chart], columns: Int = 2, width: Double = 560, height: Double = 400
  ) -> String {
    let columns = max(1, min(columns, charts.count))
    let rows = (charts.count + columns - 1) / columns
    var body = ""
    for (index, chart) in charts.enumerated() {
      body +=
        ChartDrawing(
          chart, x: Double(index % columns) * width, y: Double(index / columns) * height,
          width: width, height: height
        ).body
    }
    return svgDocument(Double(columns) * width, Double(max(rows, 1)) * height, body)
  }
}
