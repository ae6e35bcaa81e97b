import Formula
import Testing

@Test func `a descriptor is read whole`() throws {
  let text = """
    actzoo 1
    plugin     org.zoo.crrelu version 1.0.0 license Apache-2.0
    activation org.zoo.crrelu/1 "CRReLU"
      formula  max(x, 0) + eps * x * exp(-x^2 / 2)
      param    eps = 0.01 per layer|channel no decay
      source   arXiv:2405.12954, section 3 (sure)
      claim    f32 forward 2 ulp, backward 4 ulp + 1e-7
      claim    f64 forward 4 ulp, backward 8 ulp + 1e-15
    """
  let crrelu = try Descriptor.parse(text).activations[0]
  #expect(crrelu.name == "crrelu")
  #expect(crrelu.formula.text == "max(x, 0) + eps*x*exp(-x^2/2)")
  #expect(crrelu.parameters[0].initialValues(counts: []) == [0.01])
  #expect(crrelu.claims.count == 4)
}
