/// Layers one after another, each with a name that prefixes its parameters' names.
public final class Sequential: Layer {
  /// The layers in order.
  public let layers: [(name: String, layer: any Layer)]
  /// All parameters in order of the layers.
  public let parameters: [NetworkParameter]

  /// A chain.
  ///
  /// Names of parameters become "layer.parameter".
  public init(_ layers: [(name: String, layer: any Layer)]) {
    self.layers = layers
    var all: [NetworkParameter] = []
    for (name, layer) in layers {
      for parameter in layer.parameters {
        parameter.name = "\(name).\(parameter.name)"
        all.append(parameter)
      }
    }
    parameters = all
  }

  /// The last layer's value.
  public func forward(_ input: Tensor, _ pass: Pass) throws -> Tensor {
    var value = input
    for (_, layer) in layers { value = try layer.forward(value, pass) }
    return value
  }

  /// The first layer's input gradient.
  public func backward(_ outputGradient: Tensor, wantsInputGradient: Bool) throws -> Tensor? {
    var gradient = outputGradient
    for index in layers.indices.reversed() {
      // Below the first layer with parameters nobody needs a gradient unless the caller does.
      let wanted = wantsInputGradient || layers[..<index].contains { !$0.layer.parameters.isEmpty }
      guard
        let next = try layers[index].layer.backward(gradient, wantsInputGradient: wanted)
      else { return nil }
      gradient = next
    }
    return gradient
  }
}
