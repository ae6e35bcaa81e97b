/// The data sets by name.
public enum DataCatalog {
  /// One entry.
  public struct Entry: Sendable {
    /// Name on the command line.
    public let name: String
    /// Other names for it.
    public let aliases: [String]
    /// One line for `--help` and `doctor`.
    public let summary: String
    /// Reads or makes the data.
    public let load: @Sendable () throws -> Dataset
  }

  /// All entries; the first is the default.
  public static let entries = [
    Entry(
      name: "synthetic", aliases: ["mnist1d"],
      summary: "40-point signals in 10 classes, generated (4,000 + 1,000)",
      load: { SyntheticSignals.make() }),
    Entry(
      name: "fashion-mnist", aliases: ["fmnist"],
      summary:
        "28 x 28 images of clothes in 10 classes (60,000 + 10,000; package dataset-fashion-mnist)",
      load: { try FashionMNIST.load() }),
  ]

  /// Loads a data set by name or alias.
  ///
  /// - Throws: `TrainingError` that lists the names, or says what is missing.
  public static func load(_ name: String) throws -> Dataset {
    guard let entry = entries.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
      throw TrainingError(
        "there is no data set '\(name)'; choose \(entries.map(\.name).joined(separator: " or "))")
    }
    return try entry.load()
  }
}
