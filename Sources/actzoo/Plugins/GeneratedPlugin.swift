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
      descriptor.activations.contains(where: {
        SwiftFunction.obstacle($0, $0.defaultCounts) != nil
      })
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
        let function = try SwiftFunction(activation, counts: activation.defaultCounts)
        files.append((function.fileName, function.text()))
      }
      self.files = files
    }
  }
}
