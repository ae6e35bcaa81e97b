import Testing
import Training
import ZooHost

@Test func `linear layer: gradients against central differences`() throws {
  var random = RandomStream(seed: 1, "weights")
  let layer = try Linear(inputs: 13, outputs: 7, random: &random)
  try checkGradients(layer, randomTensor([5, 13], "x"))
  try checkGradients(layer, randomTensor([3, 4, 13], "x"))
}

@Test func `linear layer: products over several bands equal the plain sum`() throws {
  var random = RandomStream(seed: 1, "weights")
  let layer = try Linear(inputs: 70, outputs: 300, random: &random)
  let input = randomTensor([65, 70], "x")
  let output = try layer.forward(input, .evaluation)
  let bias = try #require(layer.bias)
  for row in 0..<65 {
    for column in 0..<300 {
      var exact = Double(bias.value[column])
      for k in 0..<70 {
        exact += Double(input[row * 70 + k]) * Double(layer.weight.value[column * 70 + k])
      }
      let seen = Double(output[row * 300 + column])
      #expect(abs(seen - exact) < 2e-5, "y[\(row), \(column)] is \(seen), not \(exact)")
    }
  }
}

@Test func `shared parameters: gradients are added until cleared`() throws {
  var random = RandomStream(seed: 1, "weights")
  let layer = try Linear(inputs: 4, outputs: 3, random: &random)
  let input = randomTensor([6, 4], "x")
  let gradient = randomTensor([6, 3], "dy")
  func backward() throws -> [Float] {
    _ = try layer.forward(input, .evaluation)
    _ = try layer.backward(gradient, wantsInputGradient: false)
    return layer.parameters.flatMap(\.gradient.values)
  }
  let once = try backward()
  let twice = try backward()
  for (one, two) in zip(once, twice) {
    #expect(abs(two - 2 * one) <= 1e-5, "\(two) is not twice \(one)")
  }
  for parameter in layer.parameters { parameter.clearGradient() }
  #expect(try backward() == once)
}

@Test(arguments: ["layer", "channel", "element", "group 2", "group 3"])
func `activation layer: gradients at every granularity`(_ granularity: String) throws {
  let layer = try ActivationLayer(
    textZoo.find("smooth"), options: ActivationOptions(granularity: granularity), sampleShape: [6],
    name: "a")
  try checkGradients(layer, randomTensor([8, 6], "x"))
}

@Test func `activation layer: channels of images, channels last, and a preset`() throws {
  let options = ActivationOptions(preset: "steep", granularity: "channel")
  let images = try ActivationLayer(
    textZoo.find("smooth"), options: options, sampleShape: [3, 4, 5], name: "a")
  #expect(images.parameters[0].value.values == [3, 3, 3])
  #expect(images.parameters[1].value.shape == [3, 2])
  try checkGradients(images, randomTensor([2, 3, 4, 5], "x"))
  let tokens = try ActivationLayer(
    textZoo.find("smooth"), options: options, sampleShape: [4, 5], channelAxis: -1, name: "a")
  #expect(tokens.parameters[0].value.shape == [5])
  try checkGradients(tokens, randomTensor([2, 4, 5], "x"))
}

@Test func `gated activation: takes halves of the last axis`() throws {
  let layer = try ActivationLayer(textZoo.find("gate"), sampleShape: [5], name: "a")
  let input = randomTensor([7, 10], "x")
  #expect(try layer.forward(input, .evaluation).shape == [7, 5])
  try checkGradients(layer, input)
}

@Test func `noise: drawn in training by seed, step and layer, constant in evaluation`() throws {
  let first = try ActivationLayer(textZoo.find("noisy"), sampleShape: [9], name: "first")
  let second = try ActivationLayer(textZoo.find("noisy"), sampleShape: [9], name: "second")
  let input = Tensor([4, 9])
  let pass = Pass.training(step: 3, seed: 11)
  let drawn = try first.forward(input, pass).values
  #expect(try first.forward(input, .evaluation).values == [Float](repeating: 0.25, count: 36))
  #expect(try first.forward(input, pass).values == drawn)
  #expect(Set(drawn).count > 30 && drawn.allSatisfy { $0 >= 0 && $0 < 0.5 })
  #expect(try first.forward(input, .training(step: 4, seed: 11)).values != drawn)
  #expect(try first.forward(input, .training(step: 3, seed: 12)).values != drawn)
  #expect(try second.forward(input, pass).values != drawn)
}

@Test func `parameters: flags of the descriptor reach the optimiser`() throws {
  let layer = try ActivationLayer(textZoo.find("bounded"), sampleShape: [2], name: "a")
  let (a, c) = (layer.parameters[0], layer.parameters[1])
  #expect(a.bounds == 0...1)
  #expect(!c.isTrained && a.isTrained)
  let smooth = try ActivationLayer(textZoo.find("smooth"), sampleShape: [2], name: "a")
  #expect(!smooth.parameters[0].decays && smooth.parameters[1].decays)
  // The gradient by a is the sum of dy x = -4: plain descent by 1 would give 4.99.
  _ = try layer.forward(Tensor([1, 2], [-2, -2]), .evaluation)
  _ = try layer.backward(Tensor([1, 2], [1, 1]), wantsInputGradient: false)
  SGD(layer.parameters, momentum: 0).step(learningRate: 1)
  #expect(a.value[0] == 1, "clamped to \(a.value[0])")
  #expect(c.value[0] == 0.25, "a constant became \(c.value[0])")
}

@Test func `options that do not fit: one sentence`() throws {
  func message(_ name: String, _ options: ActivationOptions) -> String {
    do {
      _ = try ActivationLayer(textZoo.find(name), options: options, sampleShape: [6], name: "a")
      return "accepted"
    } catch { return "\(error)" }
  }
  #expect(
    message("smooth", .init(preset: "stepp")) == "smooth has no preset 'stepp'; choose from steep")
  #expect(message("smooth", .init(granularity: "row")).hasPrefix("'row' is no granularity"))
  #expect(
    message("gate", .init(granularity: "channel")) == "no parameter of gate can vary per channel")
  #expect(message("smooth", .init(granularity: "group 4")).contains("do not divide 6 channels"))
  #expect(message("smooth", .init(counts: ["n": 3])) == "smooth has no count 'n'; it has none")
}

@Test(.enabled(if: builtZoo != nil))
func `built plugins: gradients of every one`() throws {
  let zoo = try #require(builtZoo)
  #expect(!zoo.activations.isEmpty)
  // The derivatives of a surrogate are not those of the values, on purpose.
  for activation in zoo.activations
  where !activation.descriptor.parameters.contains(where: \.isSupplied)
    && activation.descriptor.surrogate == nil
  {
    let width = activation.descriptor.isGated ? 16 : 8
    let layer = try ActivationLayer(activation, sampleShape: [8], name: "a")
    // Off the initial values, which may be kinks: a rational starts at b = 0, where d|b|/db is 1.
    for parameter in layer.parameters where parameter.isTrained {
      for index in 0..<parameter.value.count { parameter.value[index] += 0.07 }
    }
    // Away from 0 and from halves, where piecewise functions have their kinks.
    let input = Tensor([4, width])
    for index in 0..<input.count { input[index] = Float(index % 7) * 0.43 - 1.37 }
    try checkGradients(layer, input, tolerance: 4e-3)
  }
}

@Test func `network: gradients through layers, loss and names`() throws {
  let context = ModelContext(
    sampleShape: [2, 3], classes: 4, seed: 5, activation: try textZoo.find("smooth"))
  let model = try ModelCatalog.build("mlp", context)
  #expect(
    model.parameters.map(\.name) == [
      "hidden1.weight", "hidden1.bias", "activation1.a", "activation1.b", "hidden2.weight",
      "hidden2.bias", "activation2.a", "activation2.b", "output.weight", "output.bias",
    ])
  try checkGradients(model.network, randomTensor([3, 2, 3], "x"))
}

@Test func `cross-entropy: PyTorch's values, also where exponentials overflow`() throws {
  let logits = Tensor([2, 3], [1, 2, 3, 1000, 0, -1000])
  let (value, gradient) = CrossEntropy().evaluate(logits, labels: [0, 0], wantsGradient: true)
  #expect(abs(value.loss - 1.2038029) < 1e-6, "\(value.loss)")
  #expect(value.correct == 1)
  let expected: [Float] = [-0.4549847, 0.1223642, 0.3326205, 0, 0, 0]
  for (seen, wanted) in zip(gradient.values, expected) {
    #expect(abs(seen - wanted) < 1e-6, "\(seen) is not \(wanted)")
  }
}
