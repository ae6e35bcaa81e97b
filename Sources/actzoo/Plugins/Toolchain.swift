import Foundation

/// The compilers on this machine and the kit's sources: what `actzoo build` works with.
struct Toolchain {
  /// Holds `include`, `lanes` and `kit`: laid out by `make` beside the command.
  let share: URL

  init() throws(CommandFailure) {
    let command = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let prefix = command.deletingLastPathComponent().deletingLastPathComponent()
    share = prefix.appendingPathComponent("share/actzoo")
    guard FileManager.default.fileExists(atPath: share.appendingPathComponent("kit").path) else {
      throw CommandFailure(
        "no plugin kit at \(share.path): run `make` in the zoo's folder and use build/bin/actzoo.")
    }
  }

  var include: String { share.appendingPathComponent("include").path }
  var lanes: String { share.appendingPathComponent("lanes").path }

  /// KernelMath and PluginKit: compiled together with a plugin as one module.
  var kitSources: [String] {
    ["KernelMath", "PluginKit"].flatMap {
      Self.files(in: share.appendingPathComponent("kit/\($0)"), "swift")
    }
  }

  /// Files of a folder with the given suffix, sorted; symbolic links are followed.
  static func files(in folder: URL, _ suffix: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".\(suffix)") }.sorted()
      .map { folder.appendingPathComponent($0).path }
  }

  /// Full path of a program on PATH.
  static func find(_ program: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// The Swift compiler; the one sentence that says how to get it if there is none.
  static func swiftc() throws(CommandFailure) -> String {
    guard let path = find("swiftc") else {
      throw CommandFailure(
        "no swiftc on PATH: install a Swift 6.3 toolchain (https://www.swift.org/install), "
          + "or write the plugin in C.")
    }
    return path
  }

  /// A C compiler: the toolchain's clang, else cc.
  static func cc() throws(CommandFailure) -> String {
    if let swiftc = find("swiftc") {
      let clang = URL(fileURLWithPath: swiftc).resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("clang").path
      if FileManager.default.isExecutableFile(atPath: clang) { return clang }
    }
    guard let path = find("cc") ?? find("gcc") ?? find("clang") else {
      throw CommandFailure("no C compiler on PATH: install gcc or clang.")
    }
    return path
  }

  /// Lines of a compiler's output that a failure shows.
  private static let longestOutput = 60

  /// Runs a program; fails with the beginning of its own output if it fails.
  static func run(_ program: String, _ arguments: [String], in folder: URL, verbose: Bool)
    throws(CommandFailure)
  {
    if verbose { print(([program] + arguments).joined(separator: " ")) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    do { try process.run() } catch { throw CommandFailure("cannot start \(program): \(error)") }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let name = URL(fileURLWithPath: program).lastPathComponent
      let text = String(decoding: output, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      // One mistake in a page may be reported for every kernel that is made of it.
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let rest = lines.count - longestOutput
      throw CommandFailure(
        "\(name) failed:\n\(lines.prefix(verbose ? .max : longestOutput).joined(separator: "\n"))"
          + (rest > 0 && !verbose ? "\n... and \(rest) more lines; --verbose prints all." : ""))
    }
  }
}
