import ArgumentParser
import Foundation

/// `actzoo compile`: a text to a plugin.
struct Compile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile the formulas of a .actzoo file into a plugin.",
    discussion: """
      The text in the plugin is the file's own. With a Swift compiler the plugin kit makes SIMD kernels; \
      else C code computes in more digits than the elements have, which is slower.

      Example:
        actzoo compile ripple.actzoo -o plugins
        actzoo eval ripple 1 2 --path plugins
      """)

  @Argument(help: "The .actzoo file.")
  var file: String

  @Option(name: .shortAndLong, help: "Where the libraries go. Default: build/ beside the file.")
  var output: String?

  @Option(help: "native, all or a level, as in `actzoo build`.")
  var isa = "native"

  @Option(help: "swift or c. Default: swift where there is a Swift compiler.")
  var with: String?

  @Flag(name: .shortAndLong, help: "Print the compiler calls.")
  var verbose = false

  func run() throws {
    let language = try with.map { word throws(CommandFailure) in
      guard let language = PluginLanguage(rawValue: word.lowercased()) else {
        throw CommandFailure("'\(word)' is not a language that compile uses; use swift or c.")
      }
      return language
    }
    let levels = try Level.named(isa)
    let beside = URL(fileURLWithPath: file).deletingLastPathComponent()
    let destination =
      output.map { URL(fileURLWithPath: $0) } ?? beside.appendingPathComponent("build")
    let text = try TextFile(file)
    var builder = try PluginBuilder(
      text: text, language: language, output: destination, toolchain: Toolchain())
    builder.isVerbose = verbose
    for level in levels { print("built \(try builder.build(level))") }
    for activation in text.descriptor.activations where activation.claims.isEmpty {
      print(
        "\(activation.name) claims nothing yet, and `actzoo verify` asks for it. Add for example")
      PluginDraft.claims.forEach { print($0) }
    }
  }
}
