import Exporting
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
    let charts = try charts()
    return charts.count == 1 ? charts[0].svg() : Chart.svg(charts)
  }

  /// Value and derivative, then what the second input, the noise and each parameter do, in this order.
  func charts() throws(CommandFailure) -> [Chart] {
    var charts = [try shape()]
    let d = evaluator.activation.descriptor
    if d.isGated { charts.append(try gate()) }
    if d.usesNoise { charts.append(try noise()) }
    for (index, parameter) in d.parameters.enumerated() {
      charts.append(
        try parameter.isVector ? coefficients(index, parameter) : fan(index, parameter))
    }
    return charts
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

  /// A gated activation over g: over x nearly all of them are straight lines.
  private func gate() throws(CommandFailure) -> Chart {
    func result(_ x: Double, _ wantsGradients: Bool) throws(CommandFailure) -> Evaluator.Result {
      let xs = Array(repeating: x, count: at.count)
      return try evaluator.evaluate(x: xs, g: at, wantsGradients: wantsGradients)
    }
    let middle = try result(plottedGate, true)
    var series = [
      curve("x = \(brief(plottedGate))", middle.y),
      curve("derivative by g", middle.dg, isDashed: true),
    ]
    for x in [-1, 0.5, 2] { series.append(curve("x = \(brief(x))", try result(x, false).y)) }
    return Chart(title: "What g does", xLabel: "g", yLabel: "y", series: series, xRange: x)
  }

  private func noise() throws(CommandFailure) -> Chart {
    var series: [ChartSeries] = []
    for u in [0.0, 0.25, 0.5, 0.75, 0.99] {
      series.append(curve("u = \(brief(u, digits: 2))", try effect(of: evaluator, u: u)))
    }
    return try effects("the noise", series)
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
    return try effects(parameter.name, series)
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
    return try effects("\(parameter.name)[\(count)]", series)
  }

  /// What `what` changes, as high as the curve at the current values and somewhat more: a coefficient of
  /// x^5 would leave nothing to see of the others.
  private func effects(_ what: String, _ series: [ChartSeries]) throws(CommandFailure) -> Chart {
    let current = paddedRange(try effect(of: evaluator))
    let room = 1.5 * max(1, current.upperBound - current.lowerBound)
    let (low, high) = (current.lowerBound - room, current.upperBound + room)
    let y = paddedRange(series.flatMap { $0.points.map { min(max($0.y, low), high) } })
    let isGated = evaluator.activation.descriptor.isGated
    return Chart(
      title: "What \(what) does", xLabel: isGated ? "g, at x = \(brief(plottedGate))" : "x",
      yLabel: "y", series: series, xRange: x, yRange: y)
  }

  private func values(_ change: (inout Evaluator) -> Void) throws(CommandFailure) -> [Double] {
    var other = evaluator
    change(&other)
    return try effect(of: other)
  }

  private func effect(of evaluator: Evaluator, u: Double? = nil) throws(CommandFailure) -> [Double]
  {
    let fixed = Array(repeating: plottedGate, count: at.count)
    let (x, g) = evaluator.activation.descriptor.isGated ? (fixed, at) : (at, fixed)
    return try evaluator.evaluate(x: x, g: g, u: u, wantsGradients: false).y
  }

  private func curve(_ name: String, _ values: [Double], isDashed: Bool = false) -> ChartSeries {
    ChartSeries(
      name: name, points: zip(at, values).map { ChartPoint(x: $0, y: $1) }, isDashed: isDashed)
  }
}
