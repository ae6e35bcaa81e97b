import ArgumentParser
import Conformance
import Exporting
import Foundation
import ZooHost

/// `actzoo verify`: whether a plugin can be trusted.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Test whether plugins keep the contract (plugin.h) and their own claims.",
    discussion: """
      Every test runs in a child process: a plugin that crashes or never ends costs one test. What is \
      found comes with the rule that it breaks and a command that replays it; `actzoo explain TEST` says \
      how to mend it, `actzoo list tests` lists them all.

      Exit code 0: conforms; 1: something was found; 2: the command was not understood; 3: the tool \
      itself failed.

      Examples:
        actzoo verify ./mine.actzoo.so
        actzoo verify gelu --tier exhaustive --type f32 -t 'ulp-forward'
        actzoo verify --all --tier quick --junit > conformance.xml
      """)

  @OptionGroup var access: ZooAccess

  @Argument(help: "Plugin files (with a / or the ending .so), or names of activations of the zoo.")
  var plugins: [String] = []

  @Flag(help: "Every plugin that the zoo finds.")
  var all = false

  @Option(
    help:
      "quick (< 2 s an activation), standard (< 20 s) or exhaustive (every input up to 32 bits).")
  var tier: Tier = .standard

  @Option(
    name: [.customShort("t"), .customLong("test")],
    help: "Only tests whose id this regular expression finds.")
  var include: String?

  @Option(
    name: [.customShort("x"), .customLong("exclude")],
    help: "No tests whose id this regular expression finds.")
  var exclude: String?

  @Option(help: "Only this activation of the plugin, by name or id.")
  var activation: [String] = []

  @Option(help: "Only this element type: f16, bf16, f32 or f64.")
  var type: [ElementType] = []

  @Option(help: "Seed of the random inputs.")
  var seed: UInt64 = 1

  @Option(help: "Only this trial of each test, as a finding names it.")
  var trial: Int?

  @Option(
    name: [.customShort("j", allowingJoined: true), .customLong("jobs")],
    help: "Tests at once; 0: one a processor.")
  var jobs = 0

  @Option(help: "Seconds that one test may take.")
  var timeout: Double?

  @Flag(help: "Leave out plugins and activations with nothing found.")
  var onlyFailed = false

  @Flag(help: "No child processes, for debuggers and sanitizers; a crash ends the run.")
  var inProcess = false

  @Flag(help: "Print JSON (docs/certify.md has the schema).")
  var json = false

  @Flag(help: "Print JUnit's XML.")
  var junit = false

  func run() throws {
    let options = try options()
    let paths = try paths()
    var dossiers: [Dossier] = []
    for path in paths {
      let dossier = Dossier(path: path, options, showsProgress: !inProcess)
      dossiers.append(dossier)
      if !json, !junit { VerifyReport(dossier, onlyFailed: onlyFailed, access).print() }
    }
    if json {
      print(VerifyJSON(dossiers, options).text)
    } else if junit {
      print(VerifyJUnit(dossiers).text)
    } else if dossiers.count > 1 {
      VerifyReport.printTally(dossiers)
    }
    fflush(nil)
    if dossiers.contains(where: { !$0.toolFailures.isEmpty }) { throw ExitCode(3) }
    if dossiers.contains(where: { !$0.isConforming }) { throw ExitCode(1) }
  }

  private func options() throws(CommandFailure) -> VerificationOptions {
    var options = VerificationOptions()
    (options.tier, options.seed, options.inProcess) = (tier, seed, inProcess)
    (options.activations, options.types, options.trial) = (activation, type, trial)
    options.include = try include.map { pattern throws(CommandFailure) in try matcher(pattern) }
    options.exclude = try exclude.map { pattern throws(CommandFailure) in try matcher(pattern) }
    guard jobs >= 0, jobs <= 1024 else { throw CommandFailure("--jobs is 0 to 1024.") }
    options.jobs = jobs
    if let timeout, !(timeout > 0 && timeout <= 1e6) {
      throw CommandFailure("--timeout is a number of seconds above 0.")
    }
    options.timeout = timeout
    if json && junit { throw CommandFailure("--json and --junit: choose one.") }
    if let include = options.include, !Checks.all.contains(where: { include($0.id) }) {
      throw CommandFailure(
        "no test's id matches '\(self.include ?? "")'; `actzoo list tests` lists them.")
    }
    return options
  }

  private func matcher(_ pattern: String) throws(CommandFailure) -> @Sendable (String) -> Bool {
    guard (try? NSRegularExpression(pattern: pattern)) != nil else {
      throw CommandFailure("'\(pattern)' is not a regular expression.")
    }
    return { $0.range(of: pattern, options: .regularExpression) != nil }
  }

  /// The files that are meant, each once.
  private func paths() throws(CommandFailure) -> [String] {
    var paths: [String] = []
    func add(_ path: String) { if !paths.contains(path) { paths.append(path) } }
    if all {
      for activation in access.open().activations
      where !activation.isa.isEmpty || !activation.descriptor.foreign.isEmpty {
        add(activation.path)
      }
      if paths.isEmpty {
        throw CommandFailure(
          "there are no plugins; `actzoo doctor` shows where they are looked for.")
      }
    }
    for plugin in plugins {
      guard plugin.contains("/") || plugin.hasSuffix(".so") || plugin.hasSuffix(".actzoo") else {
        add(try access.find(plugin).path)
        continue
      }
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: plugin, isDirectory: &isFolder) else {
        throw CommandFailure("there is no file \(plugin).")
      }
      guard !isFolder.boolValue else {
        throw CommandFailure("\(plugin) is a folder; say --all --path \(plugin).")
      }
      add(plugin)
    }
    if paths.isEmpty {
      throw CommandFailure("say which plugin: a file, the name of an activation, or --all.")
    }
    return paths
  }
}

extension Tier: ExpressibleByArgument {}
extension ElementType: ExpressibleByArgument {}
