#if !ACTZOO_ONE_MODULE
  public import CActZoo
  public import Formula
#else
  import CActZoo
#endif

/// One activation of a zoo: what its descriptor says, and the way to its kernels.
///
/// Immutable; [concurrent].
public final class Activation: @unchecked Sendable {
  /// What the text says about it.
  public let descriptor: ActivationDescriptor
  /// The plugin it came with.
  public let plugin: PluginRecord
  /// The whole text of that plugin.
  public let text: String
  /// The file.
  public let path: String
  /// Level of its kernels, such as "x86-64-v4"; empty for a text without kernels.
  public let isa: String
  let library: Library?
  /// What computes forward in a text without kernels that says so.
  let foreign: ForeignLibraries?
  /// What evaluates formulas without kernels; shared by all activations of a zoo.
  let evaluator: BlockEvaluator

  init(
    descriptor: ActivationDescriptor, plugin: PluginRecord, text: String, path: String, isa: String,
    library: Library?, evaluator: BlockEvaluator
  ) {
    self.descriptor = descriptor
    self.plugin = plugin
    self.text = text
    self.path = path
    self.isa = isa
    self.library = library
    foreign = ForeignLibraries.of(descriptor, path: path, isText: library == nil)
    self.evaluator = evaluator
  }

  /// Loads the plugin if it is not loaded.
  ///
  /// A text without kernels has nothing to load but its foreign functions.
  ///
  /// - Throws: `ACTZOO_FAILED` with the rule that the library breaks. An entry that aborts takes the
  ///   process with it: try an unknown plugin in a child.
  public func load() throws(ZooError) {
    try library?.load()
    try foreign?.load()
  }

  /// Element types with compiled kernels, once loaded; empty before that and for texts.
  public var kernelTypes: [actzoo_dtype] {
    library?.loadedRows(descriptor.id).map { $0.dtype } ?? []
  }

  /// Whether what has no compiled kernel goes through the block evaluator, loading it if needed.
  public var evaluatesInBlocks: Bool { evaluator.table() != nil }

  /// Checks everything that does not depend on data, loads the plugin if needed, and gives a handle
  /// that evaluates.
  public func bind(_ binding: Binding = Binding()) throws(ZooError) -> BoundActivation {
    try load()
    let rows = library?.loadedRows(descriptor.id) ?? foreign?.loaded.map { $0.row } ?? []
    return try BoundActivation(self, binding, rows: rows)
  }
}
