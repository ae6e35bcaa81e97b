import Formula

/// The sources of a plugin whose descriptor is all that was written by hand.
struct GeneratedPlugin {
  let language: PluginLanguage
  let files: [(name: String, text: String)]

  /// - Parameter language: nil for Swift where there is a Swift compiler and the kit can express the
  ///   formulas, else C.
  init(_ descriptor: Descriptor, _ language: PluginLanguage?) throws(CommandFailure) {
    var chosen = language ?? (Toolchain.find("swiftc") != nil ? .swift : .c)
    if language == nil, chosen == .swift,
      descriptor.activations.contains(where: { SwiftTemplate.obstacle($0) != nil })
    {
      chosen = .c
    }
    self.language = chosen
    let activations = descriptor.activations
    switch chosen {
    case .c:
      let counts = activations.map(\.defaultCounts)
      let template = try CTemplate(activations, counts: counts, descriptor: nil)
      files = [("formulas.c", template.text())]
    case .swift:
      var files: [(name: String, text: String)] = []
      for activation in activations {
        let type = Glue.typeName(activation)
        let template = try SwiftTemplate(
          activation, type: type, counts: activation.defaultCounts)
        files.append(("\(type).swift", try template.text()))
      }
      self.files = files
    }
  }
}
