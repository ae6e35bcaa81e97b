import CActZoo

#if !ACTZOO_ONE_MODULE
  import Formula
#endif

/// The plugin org.zoo.formula, if the search found one: it serves what has no compiled kernel.
///
/// It is told its library when the search is over; after that immutable. [concurrent]
final class BlockEvaluator: @unchecked Sendable {
  /// The plugin's id.
  static let id = "org.zoo.formula"
  var library: Library?

  /// The kernels over programs; nil without the plugin, or if it does not load: then the host evaluates the
  /// formula by itself.
  func table() -> UnsafePointer<actzoo_formula_table>? {
    guard let library, (try? library.load()) != nil,
      let answer = library.loadedExtension(ACTZOO_FORMULA_EXTENSION)
    else { return nil }
    let table = answer.assumingMemoryBound(to: actzoo_formula_table.self)
    // 56 bytes are what actzoo.formula/1 began with; sizeof grows with later headers.
    return table.pointee.size >= 56 ? table : nil
  }
}
