extension Checks {
  static let abi: [Check] = manifest + entry + linkage + tables + growth + loading

  /// A check that speaks only where those before it found something to look at.
  ///
  /// It is skipped, with the reason, where the file has no tables, the library does not load or the entry
  /// gives no table. What is wrong then is a finding of `manifest-one`, `manifest-parses`, `entry-symbol`
  /// or `table-sizes`.
  static func whereThereIsOne(_ run: @escaping @Sendable (Test) throws -> Void)
    -> @Sendable (Test) throws -> Void
  {
    { test in
      do { try run(test) } catch let trouble as Trouble { test.skip(trouble.message) }
    }
  }
}
