import ArgumentParser
import Conformance
import Foundation
import ZooHost

/// `actzoo verify`: can this plugin be trusted?
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Test whether plugins keep the contract and their own claims.")

  @OptionGroup var access: ZooAccess

  @Argument(help: "Plugin files, or names of activations.")
  var plugins: [String]

  @Option(help: "quick, standard or exhaustive.")
  var tier: Tier = .standard

  @Option(name: [.customShort("t"), .customLong("test")], help: "Only tests whose id matches.")
  var include: String?

  @Flag(help: "No child processes.")
  var inProcess = false

  func run() throws {
    var options = VerificationOptions()
    options.tier = tier
    options.inProcess = inProcess
    if let include {
      options.include = { $0.range(of: include, options: .regularExpression) != nil }
    }
    for plugin in plugins {
      let path = plugin.contains("/") ? plugin : try access.find(plugin).path
      let verification = Verification(path: path, options)
      if let trouble = verification.trouble { print(trouble) }
      let verdict = verification.run()
      for result in verdict.results {
        print(
          result.status.rawValue, result.test.check, result.test.activation ?? "",
          result.test.dtype ?? "", String(format: "%.3f", result.seconds), result.message)
        for finding in result.findings { print("    ", finding.message) }
        for m in result.measurements {
          print("    ", m.pass, m.claimedULP, m.observedULP, m.at, m.points)
        }
      }
    }
  }
}

extension Tier: ExpressibleByArgument {}
