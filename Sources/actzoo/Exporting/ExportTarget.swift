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
    default: throw CommandFailure("not yet")
    }
  }
}
