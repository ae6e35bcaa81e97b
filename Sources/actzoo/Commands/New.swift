import ArgumentParser
import Formula
import Foundation

/// `actzoo new`: from a formula to a folder that `actzoo build` compiles.
struct New: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a plugin folder from a formula: descriptor, source and data sheet.",
    discussion: """
      Swift sources hold the formula alone; the plugin kit makes derivatives and loops. C sources hold \
      the formula, its derivatives and the loop, and need nothing but plugin.h.

      Example, from idea to a call in three commands:
        actzoo new ripple --formula "x + a*sin(x)" --param a=0.3
        actzoo build ripple
        actzoo eval ripple 1 2 --path ripple/build
      """)

  @Argument(help: "Short name: letters, digits and '-', beginning with a letter.")
  var name: String

  @Option(parsing: .unconditional, help: "The formula of y: see docs/formula.md.")
  var formula: String

  @Option(
    parsing: .unconditionalSingleValue,
    help: """
      A trained parameter: a=1, or with bounds and more "a = 1 in 0...10 per channel"; \
      in C also vectors, "a[3] = [1, 2, 3]".
      """)
  var param: [String] = []

  @Option(help: "swift or c.")
  var lang = "swift"

  @Option(help: "Whose plugin it is: the id becomes OWNER.NAME/1.")
  var owner = "org.example"

  @Option(name: .shortAndLong, help: "The folder to write. Default: NAME, in this folder.")
  var output: String?

  func run() throws {
    guard let language = PluginLanguage(rawValue: lang.lowercased()) else {
      throw CommandFailure("'\(lang)' is not a language that new writes; use swift or c.")
    }
    let draft = try PluginDraft(
      name: name, owner: owner, formula: formula, parameters: param, language: language)
    let folder = output ?? draft.name
    try draft.write(to: URL(fileURLWithPath: folder))
    print("wrote \(folder): \(draft.files.map(\.name).joined(separator: ", "))")
    print("next: actzoo build \(folder)")
  }
}
