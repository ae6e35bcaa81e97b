import Foundation
import Testing
import Training
import ZooHost

/// Folder of the package, found from this file.
let packageRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// The plugins that `make` built; nil if it has not run.
let builtZoo: Zoo? = {
  let folder = packageRoot.appendingPathComponent("build/lib/actzoo").path
  guard FileManager.default.fileExists(atPath: folder) else { return nil }
  return Zoo(ZooOptions(paths: [folder], onlyPaths: true))
}()

/// Activations written as text, so that these tests need nothing that is built.
let textZoo: Zoo = {
  let text = """
    actzoo 1
    plugin org.test.training version 1.0.0 license Apache-2.0
    activation org.test.smooth/1 "Smooth"
      formula  x * sigmoid(a * x) + b[0] * x + b[1] * sin(x)
      param    a = 1 per layer|channel|element no decay
      param    b[2] = [0.1, 0.2] per layer|channel|group 2
      preset   steep a = 3
    activation org.test.gate/1 "Gate"
      formula  g * sigmoid(a * x)
      param    a = 1.5 per layer
    activation org.test.bounded/1 "Bounded"
      formula  a * x + c * x^2
      param    a = 0.99 in 0...1 per layer
      param    c = 0.25 per layer fixed
    activation org.test.noisy/1 "Noisy"
      formula  x + 0.5 * u
      noise    u eval 0.5
    activation org.test.rectifier/1 "Rectifier"
      formula  max(x, 0)
    """
  let folder = temporaryFolder()
  let file = folder.appendingPathComponent("training.actzoo")
  try? text.write(to: file, atomically: true, encoding: .utf8)
  return Zoo(ZooOptions(paths: [file.path], onlyPaths: true))
}()

/// A folder of its own for files that a test writes.
func temporaryFolder() -> URL {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("actzoo-training-\(UUID().uuidString)")
  try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  return folder
}

/// A tensor of reproducible normal numbers.
func randomTensor(_ shape: [Int], _ name: String, scale: Double = 1) -> Tensor {
  var random = RandomStream(seed: 7, name)
  let tensor = Tensor(shape)
  for index in 0..<tensor.count { tensor[index] = Float(scale * random.normal()) }
  return tensor
}

/// Compares every gradient of a layer with central differences of a random weighted sum of its output.
///
/// Differences are taken in f32 arithmetic, so the bound is relative to the largest gradient: a step of
/// 1/128 leaves about 2e-4 of truncation and rounding in functions of curvature around 1.
func checkGradients(
  _ layer: any Layer, _ input: Tensor, pass: Pass = .evaluation, tolerance: Double = 2e-3,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let weights = Tensor(try layer.forward(input, pass).shape)
  weights.copy(from: randomTensor(weights.shape, "weights of the output"))
  func loss() throws -> Double {
    let output = try layer.forward(input, pass)
    return (0..<output.count).reduce(0) { $0 + Double(output[$1]) * Double(weights[$1]) }
  }
  for parameter in layer.parameters { parameter.clearGradient() }
  _ = try layer.forward(input, pass)
  let inputGradient = try #require(try layer.backward(weights, wantsInputGradient: true)).values
  var checked: [(String, Tensor, [Float])] = [("input", input, inputGradient)]
  for parameter in layer.parameters where parameter.isTrained {
    #expect(
      parameter.hasGradient, "no gradient for \(parameter.name)", sourceLocation: sourceLocation)
    checked.append((parameter.name, parameter.value, parameter.gradient.values))
  }
  for (name, tensor, gradient) in checked {
    let largest = Double(gradient.map { abs($0) }.max() ?? 0)
    for index in stride(from: 0, to: tensor.count, by: max(1, tensor.count / 40)) {
      let saved = tensor[index]
      let step: Float = 1 / 128
      tensor[index] = saved + step
      let above = try loss()
      let width = tensor[index]
      tensor[index] = saved - step
      let difference = (above - (try loss())) / Double(width - tensor[index])
      tensor[index] = saved
      let error = abs(difference - Double(gradient[index]))
      #expect(
        error <= tolerance * max(largest, 1),
        "\(name)[\(index)]: gradient \(gradient[index]), central difference \(difference)",
        sourceLocation: sourceLocation)
    }
  }
}
