import Formula
import Testing

@Test(arguments: [
  ("", "line 1, column 1: the formula is empty; write an expression such as max(x, 0)"),
  ("x + epz", "line 1, column 5: unknown name 'epz'; did you mean 'eps'?"),
  (
    "x + foo",
    "line 1, column 5: unknown name 'foo'; declare it with a line 'param foo = ...' or 'count foo = ...'"
  ),
  ("1 +\n tanhh(x)", "line 2, column 2: 'tanhh' is not a function; did you mean 'tanh'?"),
  ("max(x)", "line 1, column 1: max takes 2 arguments, 1 given; write max(a, b)"),
  ("exp(x, 1)", "line 1, column 1: exp takes 1 argument, 2 given; write exp(x)"),
  ("exp()", "line 1, column 1: exp takes 1 argument, 0 given; write exp(x)"),
  ("2*(x + 1", "line 1, column 3: this '(' is never closed; add ')'"),
  ("2*max(x, 1", "line 1, column 6: this '(' is never closed; add ')'"),
  ("(x 1)", "line 1, column 4: '1' is not expected here; expected ')'"),
  ("x)", "line 1, column 2: ')' closes nothing that is open here; expected an operator"),
  ("2x", "line 1, column 2: 'x' cannot follow directly; write an operator such as '*' before it"),
  ("2(x)", "line 1, column 2: '(' cannot follow directly; write an operator such as '*' before it"),
  ("x(2)", "line 1, column 2: 'x' is not a function; write '*' between them"),
  ("x +", "line 1, column 4: the formula ends here; expected a number, a name or '('"),
  ("x ** 2", "line 1, column 4: write '^' for a power"),
  ("x = 2 ? 1 : 0", "line 1, column 3: write '==' to compare"),
  ("x > 0 && x < 1 ? 1 : 0", "there is no '&'; put one choice into another"),
  ("x > 0", "line 1, column 1: a comparison is not a number; write (a > b ? 1 : 0) to make it one"),
  ("1 + (x > 0)", "line 1, column 5: a comparison is not a number"),
  ("x ? 1 : 0", "line 1, column 1: '?' needs a comparison before it, such as x > 0 ? ... : ..."),
  ("0 < x < 1 ? 1 : 0", "line 1, column 7: comparisons do not chain"),
  ("x > 0 ? 1", "line 1, column 7: this '?' has no ':'; write c ? a : b"),
  ("tanh*x", "line 1, column 1: 'tanh' is a function; write tanh(...)"),
  (".5", "line 1, column 1: a number needs a digit before the point; write 0.5 for one half"),
  ("1.", "line 1, column 3: write a digit after the point"),
  ("1e999", "line 1, column 1: the number is outside of what a double can hold"),
  ("x + 1e-999", "line 1, column 5: the number is outside of what a double can hold"),
  (String(repeating: "9", count: 400), "line 1, column 1: the number is too long"),
  (String(repeating: "a", count: 400), "line 1, column 1: the name is longer than 64 characters"),
  ("x @ 2", "line 1, column 3: '@' is not expected here; expected an operator"),
  ("x + é", "line 1, column 5: 'é' is not expected here; expected a number, a name or '('"),
  (
    "sum(x, 0, 1, x)", "line 1, column 5: 'x' already means something; let the sum use another name"
  ),
  ("sum(k, 0, x, k)", "line 1, column 11: the bound of a sum may use only numbers, counts"),
  ("sum(k, 0, 3)", "is not expected here; expected ','; write sum(k, 0, n - 1, a[k]*x^k)"),
  ("poly(eps, x)", "line 1, column 6: 'eps' is a single number; declare it as eps[n]"),
  ("eps[0]", "line 1, column 1: 'eps' is a single number; declare it as eps[n]"),
  ("foo[0]", "line 1, column 1: 'foo' is not a parameter with coefficients"),
  ("interp(x, x, 0, 1)", "line 1, column 8: 'x' is not a parameter with coefficients"),
])
func `a formula's fault is named with its place`(formula: String, expected: String) {
  let seen = complaint(formula, scalars: ["eps"])
  #expect(seen.contains(expected), "\(formula.prefix(40)): seen '\(seen)'")
}

@Test(arguments: [
  ("", "line 1, column 1: the first line must be 'actzoo 1'; this is no descriptor"),
  ("\u{7F}ELF", "line 1, column 1: the first line must be 'actzoo 1'"),
  (
    "actzoo 1\nplugin " + String(repeating: "a", count: 400),
    "line 2, column 8: this is longer than"
  ),
  ("actzoo", "the first line must be 'actzoo 1'"),
  (
    "actzoo 2\n",
    "line 1, column 8: '2' is not a grammar version that is read here; write: actzoo 1"
  ),
  ("actzoo 1 2\n", "line 1, column 10: nothing may follow 'actzoo 1'"),
  ("actzoo 1\n", "the second statement must be: plugin ID version V license SPDX"),
  ("actzoo 1\n\nformula x\n", "line 3, column 1: the second statement must be: plugin"),
  ("actzoo 1\nplugin\n", "line 2, column 7: the plugin's id is missing"),
  ("actzoo 1\nplugin a..b version 1 license MIT\n", "line 2, column 8: 'a..b' is not an id"),
  ("actzoo 1\nplugin a license MIT\n", "line 2, column 10: 'version V' is missing"),
  ("actzoo 1\nplugin a version 1\n", "line 2, column 19: 'license SPDX' is missing"),
  (
    "actzoo 1\nplugin a version 1 license MIT isa x86-64-v5\n",
    "line 2, column 36: 'x86-64-v5' is not a CPU level; did you mean 'x86-64-v2'?"
  ),
  ("actzoo 1\nplugin a version 1 license MIT x\n", "line 2, column 32: 'x' is not expected here"),
  (
    "actzoo 1\nplugin a version 1 license MIT\nformula x\n",
    "line 3, column 1: 'formula' belongs to an activation"
  ),
  (
    "actzoo 1\nplugin a version 1 license MIT\nplugin a version 1 license MIT\n",
    "line 3, column 1: there is a second plugin line"
  ),
  (
    "actzoo 1\nplugin a version 1 license MIT\nactivation b \"B\"\n",
    "line 3, column 12: 'b' has no revision; write it as b/1"
  ),
  (
    "actzoo 1\nplugin a version 1 license MIT\nactivation b/1 B\n",
    "line 3, column 16: the title is missing"
  ),
  (
    "actzoo 1\nplugin a version 1 license MIT\nactivation b/1 \"B\n",
    "line 3, column 16: this quotation mark is never closed"
  ),
  (
    "actzoo 1\nplugin a version 1 license MIT\nactivation b/1 \"B\"\n",
    "line 3, column 1: 'b/1' has no formula; add a line: formula EXPR"
  ),
  (
    "actzoo 1\nplugin a version 1 license MIT\nactivation b/1 \"B\"\nformula x\nactivation b/1 \"B\"\nformula x",
    "line 5, column 1: the id 'b/1' is described twice; rename one"
  ),
])
func `a descriptor's fault is named with its place`(text: String, expected: String) {
  let seen = complaint(descriptor: text)
  #expect(seen.contains(expected), "\(text.debugDescription): seen '\(seen)'")
}

@Test(arguments: [
  ("formula x + epz\nparam eps = 1", "line 4, column 13: unknown name 'epz'; did you mean 'eps'?"),
  ("formula", "line 4, column 8: the formula is empty"),
  ("formula x\nformula x", "line 5, column 1: 'org.zoo.test/1' has a second formula line"),
  ("formula max(x,\n  0", "line 4, column 12: this '(' is never closed; add ')'"),
  ("formula u*x", "line 4, column 9: the formula uses the noise u; add a line: noise u eval 0.5"),
  ("formula u*x\nnoise u", "line 5, column 8: write: noise u eval 0.5"),
  ("formula u*x\nnoise u eval 2", "line 5, column 7: the noise lies between 0 and 1"),
  ("formula x\nparam", "line 5, column 6: the name is missing; write: param eps = 0.01 per layer"),
  ("formula x\nparam a", "'a' has no initial value; write: param a = 0.1 per layer"),
  ("formula x\nparam a = 1 supplied", "line 5, column 9: 'a' is supplied by the model; remove"),
  ("formula x\nparam exp = 1", "line 5, column 7: 'exp' has a meaning in formulas; choose another"),
  ("formula x\nparam a = 1\nparam a = 2", "line 6, column 7: 'a' is declared twice; rename one"),
  (
    "formula x\nparam a = 1 per chanel",
    "line 5, column 17: 'chanel' is not a granularity; write layer"
  ),
  ("formula x\nparam a = 1 per layer channel", "line 5, column 17: these granularities do not go"),
  (
    "formula x\nparam a = 1 per" + String(repeating: " channel", count: 256),
    "line 5, column 17: these granularities do not go"
  ),
  (
    "formula x\nparam a = 1 foo",
    "line 5, column 13: 'foo' is not expected here; expected in LO...HI"
  ),
  ("formula x\nparam a = 1 no", "write: no decay"),
  ("formula x\nparam a = 1 in 2...1", "the bounds are in the wrong order; write: in LO...HI"),
  (
    "formula x\nparam a = 3 in 0...1",
    "the initial value 3.0 of 'a' is outside of its bounds 0.0...1.0"
  ),
  (
    "formula x\nparam a = sum(i, 0, 1/2, i)",
    "line 5, column 7: the initial value of 'a' is nan; it must be finite"
  ),
  ("formula x\nparam a = 1/0", "the initial value of 'a' is inf; it must be finite"),
  (
    "formula x\nparam a = x",
    "line 5, column 11: unknown name 'x'; only numbers, k and pi can stand"
  ),
  ("formula x\nparam a[2] = [1]", "'a' has 2 coefficients, the list has 1"),
  ("formula x\nparam a[0] = 1", "the length of 'a' must be an integer from 1 to 65536"),
  ("formula x\nparam a[1/2] = 1", "the length of 'a' must be an integer from 1 to 65536"),
  ("formula x\nparam a[2 = 1", "line 5, column 8: this '[' is never closed; add ']'"),
  ("formula a[3]\nparam a[3] = 1", "line 4, column 9: 'a[3]' does not exist: a has 3 coefficients"),
  ("formula a\nparam a[3] = 1", "line 4, column 9: 'a' has several coefficients; write a[k], poly"),
  ("count n = 3\nparam a[n] = 1\nformula sum(k, 0, n, a[k])", "'a[3]' does not exist"),
  ("formula interp(a, x, 0, 1)\nparam a[1] = 1", "interp needs at least 2 coefficients"),
  (
    "formula x\ncount n = 100 in 1...64",
    "line 5, column 7: the default 100 of 'n' is not in 1...64"
  ),
  ("formula x\ncount n = 1.5", "line 5, column 11: an integer from 1 to 65536 is needed here"),
  ("formula x\ncount n = 2 in 1..3", "'...' is missing"),
  ("formula x\npreset p b = 1", "line 5, column 10: 'b' is not a parameter"),
  (
    "formula x\nparam a = 1\npreset p a = 1\npreset p a = 2",
    "there are two presets 'p'; rename one"
  ),
  ("formula x\nclaim f8 forward 1 ulp", "line 5, column 7: 'f8' is not f16, bf16, f32 or f64"),
  ("formula x\nclaim f32 sideways 1 ulp", "line 5, column 11: 'sideways' is not forward, backward"),
  ("formula x\nclaim f32 forward 1", "'K ulp' is missing"),
  ("formula x\nalias", "write: alias NAME NAME"),
  (
    "formula x\nrequired sparkle 3",
    "line 5, column 10: unknown statement 'sparkle'; the text requires"
  ),
])
func `a statement's fault is named with its place`(statements: String, expected: String) {
  let seen = complaint(descriptor: activation(statements))
  #expect(seen.contains(expected), "\(statements.debugDescription): seen '\(seen)'")
}
