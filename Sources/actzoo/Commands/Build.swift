import ArgumentParser
import Foundation

/// `actzoo build`: plugin folders to libraries.
struct Build: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compile plugin folders (a descriptor beside Swift or C sources) into plugins.",
    discussion: """
      Of a folder that holds nothing but a descriptor, the formulas are compiled: see compile.
      """)

  @Argument(help: "Folders that hold NAME.actzoo and its sources.")
  var folders: [String]

  @Option(name: .shortAndLong, help: "Where the libraries go. Default: the folder's own build/.")
  var output: String?

  @Option(
    help: """
      native (the first level and this machine's own), all (every x86-64 level that ships), or one of \
      x86-64, x86-64-v2, x86-64-v3, x86-64-v4, aarch64.
      """)
  var isa = "native"

  @Flag(name: .shortAndLong, help: "Print the compiler calls.")
  var verbose = false

  func run() throws {
    let levels = try Level.named(isa)
    let toolchain = try Toolchain()
    for folder in folders {
      let source = URL(fileURLWithPath: folder)
      let destination =
        output.map { URL(fileURLWithPath: $0) } ?? source.appendingPathComponent("build")
      var builder = try PluginBuilder(folder: source, output: destination, toolchain: toolchain)
      builder.isVerbose = verbose
      for level in levels { print("built \(try builder.build(level))") }
    }
  }
}
