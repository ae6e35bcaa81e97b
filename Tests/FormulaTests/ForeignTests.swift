import Formula
import Testing

/// A text whose activation has these statements after `formula` and two parameters.
private func text(_ formula: String, _ lines: String...) -> String {
  "actzoo 1\nplugin p version 1 license MIT\nactivation f/1 \"F\"\nformula \(formula)\n"
    + "param p = 1\nparam v[2] = 1\n" + lines.joined(separator: "\n") + "\n"
}

private func foreign(_ formula: String, _ lines: String...) throws(ParseError) -> [ForeignFunction]
{
  try Descriptor.parse(text(formula, lines.joined(separator: "\n"))).activations[0].foreign
}

private func complaint(_ formula: String, _ lines: String...) -> String {
  do {
    _ = try foreign(formula, lines.joined(separator: "\n"))
    return "no error"
  } catch { return error.description }
}

@Test func `a function of one element is read with what is passed in each place`() throws {
  let read = try foreign("abs(x)^p", "foreign libm.so.6 double pow(double x, double p) # a comment")
  #expect(read.count == 1)
  #expect(read[0].library == "libm.so.6")
  #expect(read[0].symbol == "pow")
  #expect(read[0].element == "f64")
  #expect(!read[0].isArray)
  #expect(read[0].arguments.map(\.value) == [.x, .parameter(0)])
  #expect(read[0].arguments.map(\.type) == [.double, .double])
  #expect(read[0].text == "libm.so.6 double pow(double x, double p)")
}

@Test func `an array function is read, over several lines and with numbers`() throws {
  let read = try foreign(
    "x * g",
    "foreign ./a-b/lib.so.1 void f(int n, const float *x, const float * g,\n  float* y, double 1/2, long -3, float pi)"
  )
  #expect(read[0].isArray)
  #expect(read[0].element == "f32")
  #expect(
    read[0].arguments.map(\.value) == [
      .count, .x, .g, .y, .number(0.5), .number(-3), .number(.pi),
    ])
  #expect(
    read[0].arguments.map(\.type) == [
      .int, .input, .input, .output, .double, .long, .float,
    ])
}

@Test func `one function for each type may be named`() throws {
  let read = try foreign(
    "tanh(x)", "foreign libm.so.6 float tanhf(float x)", "foreign libm.so.6 double tanh(double x)")
  #expect(read.map(\.element) == ["f32", "f64"])
}

@Test(arguments: [
  ("foreign", "line 7, column 8: the library is missing; write: foreign libm.so.6 float tanhf"),
  ("foreign libm.so.6 int f(float x)", "column 19: 'int' is not a result that can be served"),
  ("foreign libm.so.6 float *f(float x)", "column 19: a result is one float or double"),
  ("foreign libm.so.6 float (float x)", "column 25: the function's name is missing"),
  ("foreign libm.so.6 float f", "'(' is missing; write: foreign libm.so.6 float tanhf(float x)"),
  ("foreign libm.so.6 float f()", "column 27: ')' is not a type that can be passed"),
  ("foreign libm.so.6 float f(float)", "column 32: say what is passed here: x, a parameter or"),
  ("foreign libm.so.6 float f(char x)", "column 27: 'char' is not a type that can be passed"),
  ("foreign libm.so.6 float f(const char *x)", "column 33: 'char' cannot be passed"),
  ("foreign libm.so.6 float f(int *n)", "column 27: only float and double have arrays here"),
  ("foreign libm.so.6 float f(const float *x)", "column 27: an array goes to a function that"),
  ("foreign libm.so.6 float f(float 1)", "column 9: f does not get x; write"),
  ("foreign libm.so.6 float f(float x, float q)", "column 42: 'q' is neither x nor a parameter"),
  ("foreign libm.so.6 float f(float x, float v)", "'v' is a vector; a foreign function takes"),
  ("foreign libm.so.6 float f(float x, int n)", "column 40: 'n' is no integer; write a number"),
  ("foreign libm.so.6 float f(float x, int 1/2)", "column 40: an integer is needed here"),
  ("foreign libm.so.6 float f(float x, int 1e10)", "column 40: an integer is needed here"),
  ("foreign libm.so.6 float f(float x, size_t -1)", "column 43: an integer is needed here"),
  ("foreign libm.so.6 float f(double x)", "column 27: x and the result have different types"),
  ("foreign libm.so.6 float f(float x", "'' is not expected here|expected ',' or ')'"),
  ("foreign libm.so.6 float f(float x) 3", "column 36: '3' is not expected here"),
  ("foreign libm.so.6 float f(float g)", "column 33: 'g' is neither x nor a parameter"),
  ("foreign l void f(int n, const float *x)", "f does not get y, which it has to fill"),
  ("foreign l void f(const float *x, float *y)", "f does not get n, the number of elements"),
  ("foreign l void f(int n, const float *y, float *x)", "'y' is no array that is read; write x"),
  ("foreign l void f(int n, const float *x, float *z)", "'z' is no array that is written; write y"),
  ("foreign l void f(int n, float x, float *y)", "a function that returns void takes arrays"),
  ("foreign l void f(int n, const float *x, double *y)", "x and the result have different types"),
  ("foreign l void f(int n, const float *x, float *y, float *y)", "f gets y twice"),
  ("foreign l void f(int n, const float *3, float *y)", "an array is x or y, not a number"),
  (
    "foreign l float f(float x)\nforeign l float g(float x)",
    "line 8, column 1: 'f/1' has a second foreign function for f32; keep one"
  ),
])
func `a fault of a declaration is named with its place`(line: String, expected: String) {
  let seen = complaint("x", line)
  let parts = expected.split(separator: "|")
  #expect(parts.contains { seen.contains($0) }, "\(line): seen '\(seen)'")
}

@Test func `a declaration has to fit its formula`() {
  #expect(
    complaint("x * g", "foreign l float f(float x)").contains(
      "the formula uses g and f does not get it; pass g too"))
  #expect(
    complaint("x + u", "noise u eval 0.5", "foreign l float f(float x)").contains(
      "a formula with noise has no foreign function"))
  let many = (0..<17).map { _ in "float x" }.joined(separator: ", ")
  #expect(complaint("x", "foreign l float f(\(many))").contains("more than 16 arguments"))
  let long = String(repeating: "a", count: 300)
  #expect(
    complaint("x", "foreign l float \(long)(float x)").contains(
      "the function's name is longer than 256 characters"))
}
