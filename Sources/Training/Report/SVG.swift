/// An SVG document with the styles that charts use, on a white ground.
func svgDocument(_ width: Double, _ height: Double, _ body: String) -> String {
  """
  <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(at(width)) \(at(height))" \
  width="\(at(width))" height="\(at(height))" font-family="Inter, 'Helvetica Neue', 'DejaVu Sans', \
  Arial, sans-serif">
  <style>
  .title { font-size: 17px; font-weight: 600; fill: #1c1c1e }
  .label { font-size: 13px; fill: #3a3a3c }
  .legend { font-size: 13px; fill: #1c1c1e }
  .tick { font-size: 12px; fill: #636366 }
  .grid { stroke: #ececf0; stroke-width: 1 }
  .zero { stroke: #b8b8bf; stroke-width: 1 }
  .axis { stroke: #8e8e93; stroke-width: 1 }
  .curve { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round }
  </style>
  <rect width="100%" height="100%" fill="#ffffff"/>
  \(body)</svg>

  """
}

/// A coordinate with two decimals at most.
func at(_ value: Double) -> String {
  var text = fixed(value, 2)
  while text.hasSuffix("0") { text.removeLast() }
  if text.hasSuffix(".") { text.removeLast() }
  return text
}

extension String {
  /// The text with the characters that mean something in XML written as entities, and question marks
  /// for control characters, which XML does not allow.
  public var escapedForXML: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A number with a minus sign in place of the hyphen.
  var typographic: String { hasPrefix("-") ? "\u{2212}" + dropFirst() : self }
}
