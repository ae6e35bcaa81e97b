import Exporting
import Formula
import Foundation

/// A language that plugins are written in for their authors.
enum PluginLanguage: String { case swift, c }

/// A plugin folder that does not exist yet: made from a name, a formula and parameters.
struct PluginDraft {
  /// What a text may begin with; `actzoo verify` says what holds.
  static let claims = [
    "  claim    f32 forward 8 ulp + 1e-6, backward 8 ulp + 1e-6",
    "  claim    f64 forward 8 ulp + 1e-14, backward 8 ulp + 1e-14",
  ]

  let name: String
  let files: [(name: String, text: String)]

  init(
    name: String, owner: String, formula: String, parameters: [String], language: PluginLanguage
  ) throws(CommandFailure) {
    self.name = name
    try Self.check(name, owner)
    let title = name.prefix(1).uppercased() + name.dropFirst()
    let text = Self.descriptorText(name, owner, title, formula, parameters)
    let descriptor = try Self.parse(text)
    guard let activation = descriptor.activations.first, descriptor.activations.count == 1,
      descriptor.notices.isEmpty
    else { throw CommandFailure("--formula and --param are one line each.") }
    guard activation.counts.isEmpty else {
      throw CommandFailure("new writes no counts; add them to the descriptor by hand.")
    }
    let source: (String, String)
    switch language {
    case .swift:
      let type = activation.typeName
      source = ("\(type).swift", try SwiftTemplate(activation, type: type).text())
    case .c:
      source = ("\(name).c", try CTemplate([activation], counts: [[]], descriptor: nil).text())
    }
    files = [
      ("\(name).actzoo", text), (source.0, source.1),
      ("README.md", DataSheet(activation, formulaLanguage: language).text),
    ]
  }

  /// Writes the folder; what is there already is never overwritten.
  func write(to folder: URL) throws(CommandFailure) {
    let manager = FileManager.default
    for file in files + [(name: "", text: "")] {
      let path = folder.appendingPathComponent(file.name).path
      let isThere =
        file.name.isEmpty
        ? !Toolchain.files(in: folder, "actzoo").isEmpty
        : manager.fileExists(atPath: path)
      if isThere {
        throw CommandFailure(
          "\(folder.path) holds a plugin already; choose another folder with -o, or remove it.")
      }
    }
    do {
      try manager.createDirectory(at: folder, withIntermediateDirectories: true)
      for file in files {
        try file.text.write(
          to: folder.appendingPathComponent(file.name), atomically: true, encoding: .utf8)
      }
    } catch {
      throw CommandFailure("cannot write \(folder.path): \(error.localizedDescription)")
    }
  }

  private static func check(_ name: String, _ owner: String) throws(CommandFailure) {
    let isGood = { (text: String) in
      text.first.map { $0.isASCII && $0.isLetter } ?? false
        && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
    guard isGood(name), name.count <= 40 else {
      throw CommandFailure(
        "'\(name)' is not a name: use letters, digits and '-', a letter first, 40 at most.")
    }
    guard
      owner.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        .allSatisfy(isGood)
    else {
      throw CommandFailure("'\(owner)' is not an owner: use words with points, like org.example.")
    }
    let kit = ["Activation", "Arguments", "Dual", "Gradient", "Lanes", "Number", "F32", "F64"]
    if kit.contains(where: { $0.lowercased() == name.lowercased() }) {
      throw CommandFailure("'\(name)' is a word of the plugin kit; choose another name.")
    }
  }

  private static let formulaPrefix = "  formula  "
  private static let formulaLine = 4

  private static func descriptorText(
    _ name: String, _ owner: String, _ title: String, _ formula: String, _ parameters: [String]
  ) -> String {
    var lines = [
      "actzoo 1",
      "plugin     \(owner).\(name) version 1.0.0 license Apache-2.0",
      "activation \(owner).\(name)/1 \"\(title)\"",
      formulaPrefix + formula,
    ]
    for parameter in parameters {
      let granularity = " \(parameter) ".contains(" per ") ? "" : " per layer|channel"
      lines.append("  param    \(spaced(parameter))\(granularity)")
    }
    if mentions("u", formula) && !parameters.contains(where: { mentions("u", $0) }) {
      lines.append("  noise    u eval 0.5")
    }
    // Loose enough for most functions: `actzoo verify` says what holds, and the author claims that.
    lines += Self.claims
    return lines.joined(separator: "\n") + "\n"
  }

  /// "a=1" -> "a = 1".
  private static func spaced(_ parameter: String) -> String {
    guard let equals = parameter.firstIndex(of: "=") else { return parameter }
    let parts = [parameter[..<equals], parameter[parameter.index(after: equals)...]]
    return parts.map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " = ")
  }

  /// True if the text has the word, as a word.
  private static func mentions(_ word: String, _ text: String) -> Bool {
    text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains { $0 == word }
  }

  /// The parser's own message, with the place in the formula instead of in the file to be.
  private static func parse(_ text: String) throws(CommandFailure) -> Descriptor {
    do { return try Descriptor.parse(text) } catch {
      if error.line == formulaLine {
        let column = max(1, error.column - formulaPrefix.utf8.count)
        throw CommandFailure("in the formula, column \(column): \(error.message)")
      }
      let lines = text.split(separator: "\n")
      let line = lines.indices.contains(error.line - 1) ? "\(lines[error.line - 1])" : ""
      throw CommandFailure(
        "in '\(line.trimmingCharacters(in: .whitespaces))': \(error.message)")
    }
  }
}
