import Foundation
import Testing
import Training

/// Three steps from (1, -2, 0.5) with fixed gradients.
private func threeSteps(
  decays: Bool = true, _ make: ([NetworkParameter]) -> any Optimizer, rate: Double
) -> [Float] {
  let parameter = NetworkParameter("p", Tensor([3], [1, -2, 0.5]), decays: decays)
  let optimizer = make([parameter])
  for gradient: [Float] in [[0.1, -0.2, 0.3], [0.4, 0, -1], [-0.3, 0.5, 0.2]] {
    parameter.clearGradient()
    // A layer whose parameter gradient is its output gradient.
    let layer = Carrier(parameter)
    _ = layer.backward(Tensor([3], gradient), wantsInputGradient: false)
    optimizer.step(learningRate: rate)
  }
  return parameter.value.values
}

/// Hands gradients to a parameter through the public interface: a bias of a one-input linear layer would
/// do, this is shorter.
private final class Carrier: Layer {
  let parameters: [NetworkParameter]
  init(_ parameter: NetworkParameter) { parameters = [parameter] }
  func forward(_ input: Tensor, _ pass: Pass) -> Tensor { input }
  func backward(_ outputGradient: Tensor, wantsInputGradient: Bool) -> Tensor? {
    parameters[0].addGradient(outputGradient)
    return nil
  }
}

private func expectClose(_ seen: [Float], _ wanted: [Double]) {
  for (index, pair) in zip(seen, wanted).enumerated() {
    #expect(abs(Double(pair.0) - pair.1) < 5e-7, "[\(index)] is \(pair.0), PyTorch has \(pair.1)")
  }
}

@Test func `AdamW: three steps as in PyTorch`() {
  expectClose(
    threeSteps({ AdamW($0, weightDecay: 0.1) }, rate: 0.01),
    [0.976420986142, -1.981342174868, 0.496467358910])
  expectClose(
    threeSteps({ AdamW($0, weightDecay: 0) }, rate: 0.01),
    [0.979389153379, -1.987309486287, 0.497951072729])
  expectClose(
    threeSteps(decays: false, { AdamW($0, weightDecay: 0.1) }, rate: 0.01),
    [0.979389153379, -1.987309486287, 0.497951072729])
}

@Test func `SGD: three steps as in PyTorch`() {
  expectClose(
    threeSteps({ SGD($0, weightDecay: 0.01) }, rate: 0.1),
    [0.921372789, -1.984665578, 0.5859113695])
  expectClose(threeSteps({ SGD($0, isNesterov: true) }, rate: 0.1), [0.91421, -2.02622, 0.62983])
}

@Test func `AdamW: an element's bits do not depend on its place`() throws {
  let parameter = NetworkParameter("p", Tensor([37]), decays: true)
  parameter.value.fill(0.7)
  let gradient = Tensor([37])
  gradient.fill(-0.013)
  let optimizer = AdamW([parameter])
  for _ in 0..<5 {
    parameter.clearGradient()
    parameter.addGradient(gradient)
    optimizer.step(learningRate: 1e-3)
  }
  #expect(Set(parameter.value.values.map(\.bitPattern)).count == 1, "\(parameter.value.values)")
}

@Test func `cosine schedule: warm-up, top, middle, end`() {
  let schedule = Schedule.cosine
  func rate(_ step: Int) -> Double { schedule.rate(step: step, total: 110, base: 2, warmup: 10) }
  #expect(abs(rate(0) - 2.0 / 11) < 1e-12)
  #expect(abs(rate(9) - 20.0 / 11) < 1e-12)
  #expect(rate(10) == 2)
  #expect(abs(rate(60) - 1) < 1e-12)
  #expect(rate(109) > 0 && rate(109) < 1e-3)
  #expect((10..<109).allSatisfy { rate($0 + 1) < rate($0) })
  #expect(Schedule.constant.rate(step: 50, total: 110, base: 2) == 2)
}
