/// A batch of samples of any shape as rows: (batch, a, b, ...) becomes (batch, a b ...).
public final class Flatten: Layer {
  private let output = Tensor([0, 0])
  private let inputGradient = Tensor([0, 0])
  private var input: Tensor?

  /// A layer without parameters.
  public init() {}

  /// None.
  public var parameters: [NetworkParameter] { [] }

  /// The same elements as rows.
  ///
  /// A batch that is rows already is returned as it is.
  public func forward(_ input: Tensor, _ pass: Pass) throws -> Tensor {
    self.input = input
    if input.shape.count == 2 { return input }
    let width = input.shape[1...].reduce(1, *)
    if output.shape[1] != width { output.resize(to: [input.shape[0], width]) }
    output.resize(outermost: input.shape[0])
    output.copy(from: input)
    return output
  }

  /// The gradient in the input's shape.
  public func backward(_ outputGradient: Tensor, wantsInputGradient: Bool) throws -> Tensor? {
    guard let input, wantsInputGradient else { return nil }
    if input.shape.count == 2 { return outputGradient }
    inputGradient.resize(like: input)
    inputGradient.copy(from: outputGradient)
    return inputGradient
  }
}
