/// A linear layer on the last axis.
///
///     y = x Wᵀ + b      x (rows, inputs), W (outputs, inputs), b (outputs), y (rows, outputs)
///     dx = dy W,  dW += dyᵀ x,  db += sum of dy over the rows
public final class Linear: Layer {
  /// How weights start.
  public enum Initialization: Sendable {
    /// Weights and bias uniform in ±1/√inputs: PyTorch's default for `nn.Linear`.
    case torch
    /// Weights normal with deviation √(2/inputs), bias 0: He et al., arXiv:1502.01852.
    case he
  }

  /// Weights, (outputs, inputs).
  public let weight: NetworkParameter
  /// Bias, (outputs), if the layer has one.
  ///
  /// Weight decay is not meant for it.
  public let bias: NetworkParameter?
  private let blas: Blas
  private let inputs: Int
  private let outputs: Int
  private let output = Tensor([0, 0])
  private let inputGradient = Tensor([0, 0])
  private var input: Tensor?

  /// A layer with random weights.
  ///
  /// - Throws: `TrainingError` if OpenBLAS is not installed.
  public init(
    inputs: Int, outputs: Int, hasBias: Bool = true, initialization: Initialization = .torch,
    random: inout RandomStream
  ) throws {
    precondition(inputs > 0 && outputs > 0)
    blas = try Blas.shared()
    self.inputs = inputs
    self.outputs = outputs
    let weights = Tensor([outputs, inputs])
    let bound = 1 / Double(inputs).squareRoot()
    for index in 0..<weights.count {
      switch initialization {
      case .torch: weights[index] = Float(random.uniform(-bound, bound))
      case .he: weights[index] = Float(random.normal() * 2.squareRoot() * bound)
      }
    }
    weight = NetworkParameter("weight", weights, decays: true)
    guard hasBias else {
      bias = nil
      return
    }
    let offsets = Tensor([outputs])
    if case .torch = initialization {
      for index in 0..<outputs { offsets[index] = Float(random.uniform(-bound, bound)) }
    }
    bias = NetworkParameter("bias", offsets, decays: false)
  }

  /// The weights, then the bias.
  public var parameters: [NetworkParameter] { bias.map { [weight, $0] } ?? [weight] }

  /// x Wᵀ + b.
  public func forward(_ input: Tensor, _ pass: Pass) throws -> Tensor {
    precondition(input.rowLength == inputs, "Linear of \(inputs) inputs on \(input.shape)")
    self.input = input
    output.resize(like: input, rowLength: outputs)
    blas.multiply(
      Matrix(input.data, stride: inputs),
      Matrix(weight.value.data, stride: inputs, transposed: true),
      into: output.data, m: input.rowCount, n: outputs, k: inputs,
      startingWith: bias.map { .row($0.value.data) } ?? .zero)
    return output
  }

  /// dy W, and the gradients of weights and bias.
  public func backward(_ outputGradient: Tensor, wantsInputGradient: Bool) throws -> Tensor? {
    guard let input else { preconditionFailure("backward before forward") }
    let rows = input.rowCount
    blas.multiply(
      Matrix(outputGradient.data, stride: outputs, transposed: true),
      Matrix(input.data, stride: inputs), into: weight.gradient.data, m: outputs, n: inputs,
      k: rows,
      startingWith: weight.beginContribution() ? .current : .zero)
    if let bias { addColumnSums(of: outputGradient, to: bias) }
    guard wantsInputGradient else { return nil }
    inputGradient.resize(like: input)
    blas.multiply(
      Matrix(outputGradient.data, stride: outputs), Matrix(weight.value.data, stride: inputs),
      into: inputGradient.data, m: rows, n: inputs, k: outputs)
    return inputGradient
  }
}
