/// Reads `DTYPE PASS K ulp [+ ABS] [in LO...HI], PASS ...`.
func readClaims(_ rest: Cursor, _ budget: inout Budget) throws(ParseError) -> [Claim] {
  var cursor = rest
  let usage = "write: claim f32 forward 2 ulp, backward 4 ulp + 1e-7"
  guard let dtype = oneOf(["f16", "bf16", "f32", "f64"], &cursor) else {
    throw cursor.error("\(cursor.upcoming()) is not f16, bf16, f32 or f64; \(usage)")
  }
  var claims: [Claim] = []
  repeat {
    guard let pass = oneOf(["forward", "backward", "params"], &cursor) else {
      throw cursor.error("\(cursor.upcoming()) is not forward, backward or params; \(usage)")
    }
    guard let ulp = try cursor.acceptNumber(), cursor.acceptWord("ulp") else {
      throw cursor.error("'K ulp' is missing; \(usage)")
    }
    var absolute = 0.0
    if cursor.accept("+") {
      guard let number = try cursor.acceptNumber() else {
        throw cursor.error("a number is missing after '+'; \(usage)")
      }
      absolute = number.value
    }
    var (lower, upper) = (-Double.infinity, Double.infinity)
    if cursor.acceptWord("in") {
      lower = try readConstant(&cursor, &budget)
      guard cursor.accept("...") else { throw cursor.error("'...' is missing; write: in -10...10") }
      upper = try readConstant(&cursor, &budget)
      if lower > upper { throw cursor.error("the range ends before it starts; write: in LO...HI") }
    }
    claims.append(
      Claim(
        dtype: dtype, pass: pass, ulp: ulp.value, absolute: absolute, lower: lower, upper: upper))
  } while cursor.accept(",")
  if !cursor.isAtEndOfStatement {
    throw cursor.error("\(cursor.upcoming()) is not expected here; \(usage)")
  }
  return claims
}

private func oneOf(_ words: [String], _ cursor: inout Cursor) -> String? {
  let start = cursor.position
  if let word = cursor.acceptName(), words.contains(word) { return word }
  cursor.position = start
  return nil
}
