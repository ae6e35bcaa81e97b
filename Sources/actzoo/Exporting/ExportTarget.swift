import Exporting
import Formula

/// A language that activations are exported to.
enum ExportTarget: String, CaseIterable {
  case swift, c, torch, jax, json

  /// The files of the export, one unless it is a folder.
  func files(_ source: ExportSource) throws(CommandFailure) -> [(name: String, text: String)] {
    let activation = source.activation
    switch self {
    case .c:
      let template = try CTemplate(
        [activation], counts: [source.counts], descriptor: source.descriptor)
      return [("\(activation.name).c", template.text())]
    case .swift:
      let function = try SwiftFunction(activation, counts: source.counts)
      return [
        ("\(activation.name).actzoo", source.descriptor.text + "\n"),
        (function.fileName, function.text()),
        ("README.md", DataSheet(activation, formulaLanguage: .swift).text),
      ]
    case .json: return [("\(activation.name).json", try text(source, .json))]
    case .torch: return [("\(activation.name).py", try text(source, .torch))]
    case .jax: return [("\(activation.name).py", try text(source, .jax))]
    }
  }

  private func text(_ source: ExportSource, _ form: TextForm) throws(CommandFailure) -> String {
    do {
      return try source.activation.text(
        as: form, counts: source.counts, plugin: source.descriptor.plugin)
    } catch { throw CommandFailure(error.description) }
  }
}
