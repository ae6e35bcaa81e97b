#if !ACTZOO_ONE_MODULE
  import Formula
#endif

/// Where to look for plugins.
public struct ZooOptions {
  /// Plugin files or folders, searched first.
  ///
  /// A path must hold a slash.
  public var paths: [String] = []
  /// Whether ACTZOO_*, XDG_* and HOME are heard.
  ///
  /// They never are in a setuid program.
  public var usesEnvironment = true
  /// Search `paths` and nothing else.
  public var onlyPaths = false

  /// The usual places.
  public init() {}

  /// These files and folders, alone or before the usual places.
  public init(paths: [String], onlyPaths: Bool = false) {
    self.paths = paths
    self.onlyPaths = onlyPaths
  }
}

/// The activations that were found.
///
/// Immutable; [concurrent].
public final class Zoo: @unchecked Sendable {
  /// By name, then by id.
  public let activations: [Activation]
  /// What was refused, shadowed or noticed, in search order.
  public let reports: [Report]
  /// Every place that was looked at and why, in order, whether it exists or not.
  public let searched: [(folder: String, why: String)]
  let evaluator: BlockEvaluator

  /// Searches and reads descriptor texts.
  ///
  /// Runs no plugin code and never fails: a file that cannot be used is a report.
  public init(_ options: ZooOptions = ZooOptions()) {
    let environment = Environment(isHeard: options.usesEnvironment)
    let places = searchPlaces(options, environment)
    var scanner = Scanner(environment)
    for place in places { scanner.scan(place) }
    activations = scanner.activations.sorted {
      let (a, b) = ($0.descriptor, $1.descriptor)
      return a.name == b.name ? a.id < b.id : a.name < b.name
    }
    reports = scanner.reports
    evaluator = scanner.evaluator
    searched = places.map { (folder: $0.path, why: $0.why) }
  }

  /// The activation with that id, short name or alias.
  /// - Throws: `ACTZOO_NOT_FOUND` with the nearest name; `ACTZOO_INVALID` if the name is shared.
  public func find(_ name: String) throws(ZooError) -> Activation {
    if let exact = activations.first(where: { $0.descriptor.id == name }) { return exact }
    var found = activations.filter { $0.descriptor.name == name }
    if found.isEmpty { found = activations.filter { $0.descriptor.aliases.contains(name) } }
    if found.count == 1 { return found[0] }
    if found.isEmpty { throw ZooError.notFound(notFoundMessage(name) + refusals) }
    throw ZooError.invalid(
      "'\(name)' is the name of \(joined(found.map { $0.descriptor.id }, " and of ")); give the full id"
    )
  }

  /// What was refused, which may hold what is looked for.
  private var refusals: String {
    let refused = reports.filter { $0.kind == .refused }
    guard let first = refused.first else { return "" }
    return refused.count == 1
      ? " (refused: \(first.path) \(first.text))"
      : " (\(refused.count) files were refused: actzoo list --why says why)"
  }

  private func notFoundMessage(_ name: String) -> String {
    guard !activations.isEmpty else {
      return
        "there is no activation '\(name)': no plugin was found; set ACTZOO_PATH to a folder of plugins"
    }
    var best = ""
    var bestDistance = Int.max
    for activation in activations {
      let descriptor = activation.descriptor
      for candidate in [descriptor.name] + descriptor.aliases {
        let distance = editDistance(name, candidate)
        if distance < bestDistance { (best, bestDistance) = (candidate, distance) }
      }
    }
    return bestDistance <= max(2, name.utf8.count / 2)
      ? "there is no activation '\(name)'; did you mean '\(best)'?"
      : "there is no activation '\(name)'; actzoo list shows what there is"
  }
}

/// Fewest insertions, deletions and replacements of bytes that make one name of the other, letters
/// of either case alike.
///
/// Names longer than 64 bytes are compared by their start.
func editDistance(_ first: String, _ second: String) -> Int {
  func folded(_ name: String) -> [UInt8] {
    name.utf8.prefix(64).map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }
  }
  let a = folded(first)
  let b = folded(second)
  var row = Array(0...b.count)
  for i in 0..<a.count {
    var diagonal = row[0]
    row[0] = i + 1
    for j in 0..<b.count {
      let replaced = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, diagonal + 1, row[j] + 1)
    }
  }
  return row[b.count]
}
