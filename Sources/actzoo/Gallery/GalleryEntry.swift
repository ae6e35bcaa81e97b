import CActZoo
import Formula
import Foundation
import Training
import ZooHost

/// One activation on the page: its card in the overview and its own sheet, which opens over it.
struct GalleryEntry {
  /// Its anchor; no other part of the page has it.
  let key: String
  let family: String
  private let activation: Activation
  /// The curve with its derivative, over g where the activation is gated.
  private let shape: Chart
  /// What inputs, noise and parameters do.
  private let effects: [Chart]
  private let timing: BenchTiming?
  private let sheet: DataSheets.Sheet?
  private var d: ActivationDescriptor { activation.descriptor }

  init(
    _ activation: Activation, key: String, sheet: DataSheets.Sheet?, timing: BenchTiming?
  ) throws(CommandFailure) {
    self.activation = activation
    self.key = key
    self.timing = timing
    self.sheet = sheet
    family = sheet?.title ?? String(activation.plugin.id.split(separator: ".").last ?? "")
    let evaluator = try Evaluator(activation, type: ACTZOO_F64, standIn: 1)
    var charts = try SVGPlot(evaluator, x: Figure.common.x).charts()
    // Over x nearly every gated activation is a straight line.
    shape = charts.remove(at: activation.descriptor.isGated ? 1 : 0)
    effects = charts
  }

  /// What the filter of kinds can be set to.
  static let kinds = [
    ("learns", "learns parameters"), ("plain", "learns nothing"), ("gated", "gated: two inputs"),
    ("noise", "uses noise"),
  ]

  private var learns: Bool { d.parameters.contains(where: isTrained) }

  private func isTrained(_ parameter: Parameter) -> Bool {
    !parameter.isFixed && !parameter.isSupplied
  }

  private var kinds: [String] {
    var kinds = [learns ? "learns" : "plain"]
    if d.isGated { kinds.append("gated") }
    if d.usesNoise { kinds.append("noise") }
    return kinds
  }

  // MARK: Card

  var card: String {
    let words = [
      d.name, d.title, d.aliases.joined(separator: " "), d.source, d.formulaText, family,
    ]
    let sought = (words + d.notes).joined(separator: " ").lowercased()
    var marks = evidence
    if learns { marks += "<span class=\"mark\">learns</span>" }
    if d.isGated { marks += "<span class=\"mark\">gated</span>" }
    if let timing { marks += "<span class=\"time\">\(nanoseconds(timing.forward)) ns</span>" }
    let speed = timing.map { " data-time=\"\(nanoseconds($0.forward))\"" } ?? ""
    let size = d.formulaText.count > 34 ? " long" : ""
    return """
      <li data-family="\(family.escapedForXML)" data-kinds="\(kinds.joined(separator: " "))" \
      data-text="\(sought.escapedForXML)"\(speed)>\(Figure.picture(shape, label, over: axis))\
      <h2><a href="#\(key)">\(label)</a></h2>\
      <p class="formula\(size)">\(formula("<mi>y</mi>", d.formulaText))</p>\
      <p class="marks">\(marks)</p></li>

      """
  }

  private var evidence: String {
    let word = d.sourceWord.escapedForXML
    return word.isEmpty ? "" : "<span class=\"evidence \(word)\">\(word)</span>"
  }

  /// MathML where it can be set, else the text.
  private func formula(_ left: String, _ text: String) -> String {
    let code = "<code>\(text.escapedForXML)</code>"
    return Typesetter.parts(left, text, d)?.joined(separator: " ") ?? code
  }

  // MARK: Sheet

  /// The whole sheet; `before` and `after` are its neighbours.
  func sheet(before: GalleryEntry, after: GalleryEntry) -> String {
    let names = ([d.name] + d.aliases).map { "<code>\($0.escapedForXML)</code>" }
    return """
      <dialog id="\(key)" aria-labelledby="\(key):title">
      <header><div><h2 id="\(key):title">\(label)</h2>
      <p>\(names.joined(separator: " ")) · \(family.escapedForXML) \(evidence)</p></div>
      <nav aria-label="Functions">\
      <a href="#\(before.key)" rel="prev" aria-label="Previous: \(before.label)">‹</a>\
      <a href="#\(after.key)" rel="next" aria-label="Next: \(after.label)">›</a></nav>\(Self.close)</header>
      <div class="top">\(main)<div>\(definition)</div></div>
      \(parameters)<div class="pair">\(accuracy)\(speed)</div>\(use)</dialog>

      """
  }

  /// What closes a sheet.
  static let close =
    "<form method=\"dialog\"><button aria-label=\"Close\">×</button></form>"

  private var label: String { d.title.escapedForXML }

  private var axis: String { d.isGated ? "g" : "x" }

  private var main: String {
    let classes = ["value", "slope", "c5", "c2", "c4"]
    let figure = Figure.chart(shape, "\(label) and its derivative over \(axis)", classes: classes)
    return """
      <figure class="main">\(figure)<figcaption>\(legend(shape, classes))\
      <label class="trace" data-value="\(readings(0))" data-slope="\(readings(1))">\(axis) \
      <input type="range" min="-4" max="4" step="0.1" value="1"/>\
      <output>\u{A0}</output></label></figcaption></figure>
      """
  }

  /// A curve's values at the places of the slider.
  private func readings(_ series: Int) -> String {
    let points = shape.series[series].points
    return stride(from: 0, to: points.count, by: points.count / 80)
      .map { brief(points[$0].y, digits: 5) }.joined(separator: " ")
  }

  private func legend(_ chart: Chart, _ classes: [String]) -> String {
    let names = ["value": "y", "derivative": "dy/dx", "derivative by g": "dy/dg"]
    let items = zip(chart.series, classes).map { series, name in
      let text = names[series.name] ?? series.name.replacing("-", with: "−")
      return "<li class=\"\(name)\">\(text.escapedForXML)</li>"
    }
    return "<ul class=\"legend\">\(items.joined())</ul>"
  }

  private var definition: String {
    var html = "<h3>Formula</h3><p class=\"formula\">\(formula("<mi>y</mi>", d.formulaText))</p>"
    html += "<p><code>\(d.formulaText.escapedForXML)</code></p>"
    if let surrogate = d.surrogateText {
      html += "<h3>Backward as if</h3><p class=\"formula\">\(formula("<mi>y</mi>", surrogate))</p>"
    }
    html += "<h3>Derivatives</h3>" + derivatives
    html += "<h3>Source</h3><p>\(linked(d.source))</p>"
    if !d.notes.isEmpty {
      html += "<ul class=\"notes\">\(d.notes.map { "<li>\(linked($0))</li>" }.joined())</ul>"
    }
    return html
  }

  /// Of a vector the first coefficient stands for all.
  private var derivatives: String {
    var html = ""
    for (variable, name) in Info.Description.variables(d) {
      if case .coefficient(_, let index) = variable, index > 0 { continue }
      let text = Info.Description.derivative(d, variable)
      let (stem, index) = (name.prefix { $0 != "[" }, name.contains("["))
      let below =
        index ? "<msub>\(Typesetter.name(stem))<mn>0</mn></msub>" : Typesetter.name(stem)
      let left =
        "<mfrac><mrow><mi>∂</mi><mi>y</mi></mrow><mrow><mi>∂</mi>\(below)</mrow></mfrac>"
      if let text, text.utf8.count <= 240, let parts = Typesetter.parts(left, text, d) {
        html += "<p class=\"formula\">\(parts.joined(separator: " "))</p>"
      } else if let text, text.utf8.count <= 6000 {
        html +=
          "<details><summary>dy/d\(name.escapedForXML), \(text.count) characters</summary>"
          + "<code>\(text.escapedForXML)</code></details>"
      } else {
        html += "<p>dy/d\(name.escapedForXML): too large to print</p>"
      }
    }
    return html
  }

  /// Text in which papers are links.
  private func linked(_ text: String) -> String {
    text.escapedForXML.replacing(/arXiv:([0-9]{4}\.[0-9]{4,5})/) { match in
      "<a href=\"https://arxiv.org/abs/\(match.1)\">\(match.0)</a>"
    }
  }

  // MARK: Parameters

  private var parameters: String {
    let fans = "<div class=\"fans\">\(effects.map(fan).joined())</div>"
    if d.parameters.isEmpty {
      return effects.isEmpty ? "" : "<section><h3>The other input</h3>\(fans)</section>"
    }
    var html = "<section><h3>Parameters</h3><div class=\"wide\"><table><tr>"
    for title in ["name", "starts at", "bounds", "varies by", "weight decay", "trained"] {
      html += "<th>\(title)</th>"
    }
    html += "</tr>\(d.parameters.map(row).joined())</table></div>"
    for count in d.counts {
      html += "<p>\(count.name.escapedForXML) = \(count.defaultValue) here, \(count.minimum) to "
      html += "\(count.maximum) on demand.</p>"
    }
    html += fans
    if !d.presets.isEmpty {
      let items = d.presets.map {
        "<li><b>\($0.name.escapedForXML)</b>: \(d.text(of: $0).escapedForXML)</li>"
      }
      html += "<h4>Presets</h4><ul class=\"notes\">\(items.joined())</ul>"
    }
    return html + "</section>"
  }

  private func row(_ parameter: Parameter) -> String {
    let values = parameter.initialValues(counts: d.defaultCounts)
    func number(_ value: Double) -> String { brief(value).replacing("-", with: "−") }
    let shown = values.prefix(6).map(number).joined(separator: ", ")
    let initial = values.count > 6 ? shown + ", …" : shown
    let isBounded = parameter.lower.isFinite || parameter.upper.isFinite
    let bounds = [parameter.lower, parameter.upper].map { $0.isFinite ? number($0) : "" }
    let cells = [
      parameter.isSupplied ? "the model supplies it" : initial,
      isBounded ? bounds.joined(separator: "…") : "none",
      parameter.granularities.map(\.text).joined(separator: ", or "),
      parameter.noDecay ? "no" : "yes", isTrained(parameter) ? "yes" : "no",
    ]
    let name = parameter.isVector ? "\(parameter.name)[\(values.count)]" : parameter.name
    return "<tr><th scope=\"row\"><code>\(name.escapedForXML)</code></th>"
      + cells.map { "<td>\($0.escapedForXML)</td>" }.joined() + "</tr>"
  }

  private func fan(_ chart: Chart) -> String {
    var title = chart.title
    // The curve as it is takes the calm colour in the middle of the others.
    var classes = ["c0", "c1", "c2", "c3", "c4", "c5"]
    if d.isGated, chart.series[0].name == "value" {
      title = "Over x, at g = \(brief(plottedGate))"
      classes = ["value", "slope", "second"]
    } else if chart.series.contains(where: \.isDashed) {
      classes.swapAt(0, 2)
    }
    if chart.xLabel != "x" { title += ", over \(chart.xLabel)" }
    title = title.escapedForXML
    return "<figure><h4>\(title)</h4>\(Figure.chart(chart, title, classes: classes))"
      + "<figcaption>\(legend(chart, classes))</figcaption></figure>"
  }

  // MARK: Accuracy and speed

  private var accuracy: String {
    guard !d.claims.isEmpty else { return "" }
    let passes = ["forward", "backward", "params"].filter { pass in
      d.claims.contains { $0.pass == pass }
    }
    var html = "<section><h3>Accuracy</h3><p>The largest error that is claimed, and tested.</p>"
    html += "<div class=\"wide\"><table><tr><th>type</th>"
    for pass in passes { html += "<th>\(pass == "params" ? "parameters" : pass)</th>" }
    html += "</tr>"
    for type in d.claimedTypes {
      html += "<tr><th scope=\"row\">\(type)</th>"
      for pass in passes {
        let bounds = d.claims.filter { $0.dtype == type && $0.pass == pass }.map(\.bound)
        html += "<td>\(bounds.map(\.escapedForXML).joined(separator: "<br/>"))</td>"
      }
      html += "</tr>"
    }
    return html + "</table></div></section>"
  }

  /// An element's share of a call.
  private func nanoseconds(_ seconds: Double) -> String {
    let ns = seconds * 1e9 / Double(Gallery.elements)
    return String(format: ns < 10 ? "%.2f" : "%.1f", ns)
  }

  private var speed: String {
    guard let timing else { return "" }
    let passes = [
      ("forward", timing.forward, timing.inputs + 1),
      ("backward", timing.backward, 2 * timing.inputs + 1),
    ]
    var html = "<section><h3>Speed</h3><div class=\"wide\"><table><tr><th>pass</th>"
    html += "<th>ns an element</th><th>share of a copy’s bytes a second</th></tr>"
    for (name, seconds, tensors) in passes {
      let share = Double(tensors) / 2 * timing.copy / seconds
      html += "<tr><th scope=\"row\">\(name)</th><td>\(nanoseconds(seconds))</td>"
      html += "<td>\(Int((100 * share).rounded())) %</td></tr>"
    }
    let kernel =
      timing.isForeign
      ? "No kernel: forward is a foreign function, backward the formula's derivative."
      : timing.isFormula
        ? "No kernel: the formula itself is evaluated."
        : "Kernel for \(timing.level.isEmpty ? "any CPU" : timing.level)."
    return html + "</table></div><p>\(kernel.escapedForXML)</p></section>"
  }

  private var use: String {
    let plugin = activation.plugin
    let name = d.name.escapedForXML
    let data =
      sheet.map { "<a href=\"#sheet:\($0.folder.escapedForXML)\">data sheet</a> · " } ?? ""
    return """
      <section><h3>Use</h3><p><code>actzoo.get("\(name)")</code> in Python, \
      <code>actzoo.torch.Activation("\(name)")</code> in PyTorch, \
      <code>actzoo plot \(name)</code> in a shell.</p>
      <p>\(data)<code>\(d.id.escapedForXML)</code> of \(plugin.id.escapedForXML) \
      \(plugin.version.escapedForXML), \(plugin.license.escapedForXML)</p></section>
      """
  }
}
