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

  /// The same, for what is done with every activation: refuses where there is none.
  func openFilled() throws(CommandFailure) -> Zoo {
    let zoo = open()
    guard !zoo.activations.isEmpty else { throw Self.empty }
    return zoo
  }

  private static let empty = CommandFailure(
    "there are no activations to choose from; `actzoo doctor` says why.")

  /// Finds one activation; the sentence says the nearest name if there is none.
  func find(_ name: String) throws(CommandFailure) -> Activation {
    try find(name, in: open())
  }

  func find(_ name: String, in zoo: Zoo) throws(CommandFailure) -> Activation {
    do { return try zoo.find(name) } catch {
      if zoo.activations.isEmpty { throw Self.empty }
      throw CommandFailure(error.message)
    }
  }
}

extension Zoo {
  /// A word for an activation that no other has: its name or, where that is shared, its id with a point
  /// in place of the slash.
  func key(_ activation: Activation) -> String {
    let d = activation.descriptor
    let isShared = activations.count { $0.descriptor.name == d.name } > 1
    return isShared ? d.id.replacing("/", with: ".") : d.name
  }
}
