/// Flatten, then 512, 512, classes, with the activation between: the classical Fashion-MNIST network
/// (784-512-512-10, 669,706 weights).
@Sendable func multilayerPerceptron(_ context: inout ModelContext) throws -> any Layer {
  let inputs = elementCount(of: context.sampleShape)
  let width = 512
  let before = context.isGated ? 2 * width : width
  return Sequential([
    ("flatten", Flatten()),
    ("hidden1", try Linear(inputs: inputs, outputs: before, random: &context.random)),
    ("activation1", try context.activation("activation1", [width], 1)),
    ("hidden2", try Linear(inputs: width, outputs: before, random: &context.random)),
    ("activation2", try context.activation("activation2", [width], 1)),
    ("output", try Linear(inputs: width, outputs: context.classes, random: &context.random)),
  ])
}
