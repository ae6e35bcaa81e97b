import ArgumentParser
import CActZoo
import Formula
import ZooHost

/// `--path`, shared by every command that looks plugins up.
struct ZooAccess: ParsableArguments {
  @Option(
    name: .customLong("path"),
    help: "A plugin file or a folder of plugins, searched first. May be given several times.")
  var paths: [String] = []

  /// Searches for plugins.
  ///
  /// Runs no plugin code.
  func open() -> Zoo {
    var options = ZooOptions()
    // The host takes no bare word for a path, so that no library is ever searched for by name; here
    // it can only mean a file.
    options.paths = paths.map { $0.contains("/") ? $0 : "./\($0)" }
    return Zoo(options)
  }

  /// Finds one activation; the sentence says the nearest name if there is none.
  func find(_ name: String) throws(CommandFailure) -> Activation {
    try find(name, in: open())
  }

  func find(_ name: String, in zoo: Zoo) throws(CommandFailure) -> Activation {
    do { return try zoo.find(name) } catch {
      if zoo.activations.isEmpty {
        throw CommandFailure("there are no activations to choose from; `actzoo doctor` says why.")
      }
      throw CommandFailure(error.message)
    }
  }
}
