import ZooHost

/// A network to be trained: from a batch of samples to a row of logits for each.
public struct Model {
  /// Name in the registry: "mlp".
  public let name: String
  /// The network.
  public let network: any Layer

  /// A model from its network.
  public init(name: String, network: any Layer) {
    self.name = name
    self.network = network
  }

  /// All parameters, in a fixed order.
  public var parameters: [NetworkParameter] { network.parameters }
}

/// What a model is built from.
public struct ModelContext {
  /// Shape of one sample.
  public let sampleShape: [Int]
  /// Number of classes.
  public let classes: Int
  /// Whether the activation takes two inputs: what stands before it must be twice as wide.
  public let isGated: Bool
  /// The stream that weights are drawn from.
  public var random: RandomStream
  /// Makes the activation layer of a place in the network.
  public let activation:
    (_ name: String, _ sampleShape: [Int], _ channelAxis: Int) throws -> any Layer

  /// A context for an activation of the zoo.
  public init(
    sampleShape: [Int], classes: Int, seed: UInt64, activation: Activation,
    options: ActivationOptions = .init()
  ) {
    self.sampleShape = sampleShape
    self.classes = classes
    isGated = activation.descriptor.isGated
    random = RandomStream(seed: seed, "initial weights")
    self.activation = { name, shape, axis in
      try ActivationLayer(
        activation, options: options, sampleShape: shape, channelAxis: axis, name: name)
    }
  }
}

/// The models by name.
public enum ModelCatalog {
  /// One entry.
  public struct Entry: Sendable {
    /// Name on the command line.
    public let name: String
    /// One line for `--help`.
    public let summary: String
    /// Builds the network.
    public let build: @Sendable (inout ModelContext) throws -> any Layer
  }

  /// All entries; the first is the default.
  public static let entries = [
    Entry(
      name: "mlp", summary: "two hidden layers of 512 on the flattened sample",
      build: multilayerPerceptron)
  ]

  /// Builds a model.
  ///
  /// - Throws: `TrainingError` that lists the names if there is none of that name.
  public static func build(_ name: String, _ context: ModelContext) throws -> Model {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw TrainingError(
        "there is no model '\(name)'; choose \(entries.map(\.name).joined(separator: " or "))")
    }
    var context = context
    return Model(name: name, network: try entry.build(&context))
  }
}
