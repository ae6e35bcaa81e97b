import Formula
import Training

/// One document: value and derivative, and a panel for each parameter with a fan of curves.
struct SVGPlot {
  private let evaluator: Evaluator
  private let x: ClosedRange<Double>
  private let at: [Double]
  private let samples = 401

  init(_ evaluator: Evaluator, x: ClosedRange<Double>) {
    self.evaluator = evaluator
    self.x = x
    at = points(x, samples)
  }

  func document() throws(CommandFailure) -> String {
    var charts = [try shape()]
    let d = evaluator.activation.descriptor
    if d.isGated { charts.append(try gate()) }
    if d.usesNoise { charts.append(try noise()) }
    for (index, parameter) in d.parameters.enumerated() {
      charts.append(
        try parameter.isVector ? coefficients(index, parameter) : fan(index, parameter))
    }
    return charts.count == 1 ? charts[0].svg() : Chart.svg(charts)
  }

  private func shape() throws(CommandFailure) -> Chart {
    let d = evaluator.activation.descriptor
    let result = try evaluator.evaluate(x: at, g: [plottedGate])
    var series = [
      curve("value", result.y), curve("derivative", result.dx, isDashed: true),
    ]
    if !result.dg.isEmpty { series.append(curve("derivative by g", result.dg, isDashed: true)) }
    return Chart(
      title: "\(d.title): \(d.equation.fitted(46 - d.title.count))", xLabel: "x",
      yLabel: d.isGated ? "y, dy/dx at g = \(brief(plottedGate))" : "y, dy/dx", series: series,
      xRange: x)
  }

  private func gate() throws(CommandFailure) -> Chart {
    var series: [ChartSeries] = []
    for g in [-1.0, -0.5, 0, 0.5, 1, 2] {
      series.append(curve("g = \(brief(g))", try evaluator.evaluate(x: at, g: [g]).y))
    }
    return Chart(title: "What g does", xLabel: "x", yLabel: "y", series: series, xRange: x)
  }

  private func noise() throws(CommandFailure) -> Chart {
    var series: [ChartSeries] = []
    for u in [0.0, 0.25, 0.5, 0.75, 0.99] {
      let y = try evaluator.evaluate(x: at, g: [plottedGate], u: u).y
      series.append(curve("u = \(brief(u, digits: 2))", y))
    }
    return Chart(title: "What the noise does", xLabel: "x", yLabel: "y", series: series, xRange: x)
  }

  /// A scalar parameter: curves at its value and at steps to both sides.
  private func fan(_ index: Int, _ parameter: Parameter) throws(CommandFailure) -> Chart {
    let value = evaluator.values[index][0]
    // A small parameter is shown at steps that can be seen: its effect is what the panel is for.
    let step = max(abs(value), 0.5)
    var series: [ChartSeries] = []
    for offset in [-1, -0.5, 0, 0.5, 1] {
      let moved = min(max(value + offset * step, parameter.lower), parameter.upper)
      let name = "\(parameter.name) = \(brief(moved, digits: 3))"
      guard !series.contains(where: { $0.name == name }) else { continue }
      series.append(curve(name, try values { $0.values[index][0] = moved }))
    }
    return Chart(
      title: "What \(parameter.name) does", xLabel: "x", yLabel: "y", series: series, xRange: x)
  }

  /// A vector parameter: the curve as it is, and with one coefficient raised at a time.
  private func coefficients(_ index: Int, _ parameter: Parameter) throws(CommandFailure) -> Chart {
    let count = evaluator.values[index].count
    var series = [curve("as it is", try values { _ in })]
    let shown = 5
    let chosen =
      count <= shown ? Array(0..<count) : (0..<shown).map { $0 * (count - 1) / (shown - 1) }
    let step = max(0.25, (evaluator.values[index].map(abs).max() ?? 1) / 4)
    for k in chosen {
      let name = "\(parameter.name)[\(k)] + \(brief(step, digits: 2))"
      series.append(curve(name, try values { $0.values[index][k] += step }, isDashed: true))
    }
    return Chart(
      title: "What \(parameter.name)[\(count)] does", xLabel: "x", yLabel: "y", series: series,
      xRange: x)
  }

  private func values(_ change: (inout Evaluator) -> Void) throws(CommandFailure) -> [Double] {
    var other = evaluator
    change(&other)
    return try other.evaluate(x: at, g: [plottedGate], wantsGradients: false).y
  }

  private func curve(_ name: String, _ values: [Double], isDashed: Bool = false) -> ChartSeries {
    ChartSeries(
      name: name, points: zip(at, values).map { ChartPoint(x: $0, y: $1) }, isDashed: isDashed)
  }
}
