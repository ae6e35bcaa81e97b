import ArgumentParser
import Exporting
import Formula
import Foundation

/// `actzoo export`: an activation as source code, or as data, for use without the zoo.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write an activation as source code: Swift, C, PyTorch, JAX, or as JSON.",
    discussion: """
      swift is a plugin folder, c one file that is a plugin after `cc -O3 -shared -fPIC`; torch is an \
      nn.Module and jax a pair of functions, both without any other dependency; json is the descriptor \
      with the formula as a tree.

      Examples:
        actzoo export mish --to torch -o mish.py
        actzoo export my.actzoo --to c -o my.c
        actzoo export fourier --to swift --count n=8 -o fourier
      """)

  @OptionGroup var access: ZooAccess

  @Argument(help: "Name, alias or id of the activation, or a path to a .actzoo file.")
  var name: String

  @Option(help: "swift, c, torch, jax or json.")
  var to: String

  @Option(
    name: .customLong("count"), parsing: .unconditionalSingleValue,
    help: "NAME=INTEGER: a count that is not to be the default. May be given several times.")
  var counts: [String] = []

  @Option(
    name: .shortAndLong, help: "The file or, for swift, the folder. Default: standard output.")
  var output: String?

  func run() throws {
    guard let target = ExportTarget(rawValue: to.lowercased()) else {
      let hint = nearest(to, ExportTarget.allCases.map(\.rawValue))
      throw CommandFailure(
        "'\(to)' is not a target; "
          + (hint.map { "did you mean '\($0)'?" } ?? "use swift, c, torch, jax or json."))
    }
    let source = try ExportSource(name, access, counts: counts)
    let files = try target.files(source)
    guard let output else {
      guard target != .swift else {
        throw CommandFailure(
          "a Swift plugin is a folder of files; say where with -o, for example "
            + "-o \(source.activation.name).")
      }
      print(files[0].text, terminator: "")
      return
    }
    guard !FileManager.default.fileExists(atPath: output) else {
      throw CommandFailure("\(output) exists already; remove it, or choose another name with -o.")
    }
    if target == .swift {
      try write(files, into: output)
    } else {
      try write(files[0].text, to: output)
    }
  }
}
