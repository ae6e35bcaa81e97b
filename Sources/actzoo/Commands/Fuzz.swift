import ArgumentParser
import Conformance
import Exporting
import Foundation
import ZooHost

/// `actzoo fuzz`: random valid calls, for as long as one likes.
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Call plugins with random shapes, strides and numbers, and compare.",
    discussion: """
      Every chunk of calls runs in a process of its own. What fails is made as small as it can be, and is \
      printed once with the command that reproduces it in one process, for a debugger.

      Exit code: 0 nothing found, 1 findings, 2 usage, 3 the tool itself failed.

      Examples:
        actzoo fuzz ./mine.actzoo.so --duration 10m
        actzoo fuzz crrelu silu -d 30s -j 1
        actzoo fuzz ./mine.actzoo.so --reproduce 81985529
      """)

  @OptionGroup var access: ZooAccess

  @Argument(help: "Plugin files, or names of activations.")
  var plugins: [String]

  @Option(name: .shortAndLong, help: "How long: 90s, 5m, 1h.")
  var duration = "1m"

  @Option(name: .shortAndLong, help: "Processes at once; 0: one for each processor.")
  var jobs = 0

  @Option(help: "Decides everything that is tried; without it, the time does.")
  var seed: UInt32?

  @Option(help: "Run the chunk of this seed again, in this process.")
  var reproduce: UInt32?

  @Flag(help: "One JSON object instead of text.")
  var json = false

  func run() throws {
    var options = FuzzingOptions()
    options.seconds = try Self.seconds(duration)
    guard jobs >= 0 else { throw CommandFailure("--jobs \(jobs) is less than 0.") }
    options.jobs = jobs
    options.seed =
      seed.map(UInt64.init) ?? UInt64(Date().timeIntervalSince1970 * 1000) & 0xffff_ffff
    var paths: [String] = []
    for plugin in plugins {
      let path = plugin.contains("/") ? plugin : try access.find(plugin).path
      guard FileManager.default.fileExists(atPath: path) else {
        throw CommandFailure("there is no file '\(path)'.")
      }
      if !paths.contains(path) { paths.append(path) }
    }
    let fuzzing = Fuzzing(paths: paths, options)
    for trouble in fuzzing.troubles { printError("\(trouble.path): \(trouble.message)") }
    let report = reproduce.map { replay(fuzzing, UInt64($0)) } ?? search(fuzzing, options)
    if json { print(FuzzDocument.text(report, options, fuzzing, isReplay: reproduce != nil)) }
    for failure in report.toolFailures { printError("the tool failed: \(failure)") }
    if !report.toolFailures.isEmpty { throw ExitCode(3) }
    if !report.found.isEmpty || !fuzzing.troubles.isEmpty { throw ExitCode(1) }
  }

  private func search(_ fuzzing: Fuzzing, _ options: FuzzingOptions) -> FuzzReport {
    if !json && fuzzing.hasTargets { print("seed \(options.seed)") }
    nonisolated(unsafe) var bar = ProgressBar()
    nonisolated(unsafe) var found = 0
    let (isQuiet, limit) = (json, options.seconds)
    let report = fuzzing.run(
      onChunk: { calls, seconds, kernel in
        bar.show(
          min(seconds / limit, 1),
          "\(calls) calls, \(found) finding\(found == 1 ? "" : "s"), \(kernel)")
      },
      onFinding: { finding in
        found += 1
        bar.clear()
        if !isQuiet { Self.show(finding) }
      })
    bar.clear()
    if !json && fuzzing.hasTargets {
      let calls = report.chunks * Fuzzing.callsPerChunk
      let verdict =
        report.findings.isEmpty
        ? "nothing found".inked(.green)
        : "\(report.findings.count) finding\(report.findings.count == 1 ? "" : "s")".inked(.red)
      print("\(verdict) in \(calls) calls, \(brief(report.seconds, digits: 3)) s")
    }
    return report
  }

  private func replay(_ fuzzing: Fuzzing, _ seed: UInt64) -> FuzzReport {
    let report = fuzzing.reproduce(seed)
    if !json {
      for result in report.findings {
        if result.result.status.isFinding {
          Self.show(result)
        } else {
          print("\(Self.name(result)): \(result.result.status.rawValue) with seed \(seed)")
        }
      }
    }
    return report
  }

  private static func show(_ finding: FuzzFinding) {
    print(
      "\(finding.result.status.rawValue.uppercased().inked(.red)) \(name(finding)), seed \(finding.seed)"
    )
    print("  \(finding.message)")
    for (name, value) in finding.result.findings.first?.witness?.operands?.sorted(by: <) ?? [] {
      print("  \(name) = \(value)")
    }
    print("  " + reproduction(finding).inked(.dim))
  }

  /// The command that finds it again.
  static func reproduction(_ finding: FuzzFinding) -> String {
    "actzoo fuzz \(word(finding.path)) --reproduce \(finding.seed)"
  }

  /// The path as one word of a shell, and never taken for a name.
  private static func word(_ path: String) -> String {
    let path = path.contains("/") ? path : "./\(path)"
    let plain = path.utf8.allSatisfy { byte in
      byte >= 0x80 || isLetterOrDigit(byte) || "/._-+@%,:=".utf8.contains(byte)
    }
    return plain ? path : "'" + path.replacing("'", with: #"'\''"#) + "'"
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }

  private static func name(_ finding: FuzzFinding) -> String {
    "\(finding.result.test.activation ?? finding.path) \(finding.result.test.dtype ?? "")"
  }

  /// "90s", "5m", "1h", "2.5" (seconds).
  static func seconds(_ text: String) throws(CommandFailure) -> Double {
    let factors: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let factor = text.last.flatMap { factors[$0] }
    let number = Double(factor == nil ? Substring(text) : text.dropLast())
    guard let number, number > 0, number.isFinite else {
      throw CommandFailure("'\(text)' is no duration; write 90s, 5m or 1h.")
    }
    return number * (factor ?? 1)
  }
}
