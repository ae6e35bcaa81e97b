import Testing
import Training
import Foundation
@Test func draw() {
  func p(_ f: (Double) -> Double, _ a: Double, _ b: Double, _ n: Int) -> [ChartPoint] { (0...n).map { let x = a + (b-a)*Double($0)/Double(n); return ChartPoint(x: x, y: f(x)) } }
  let c1 = Chart(title: "Test accuracy on Fashion-MNIST", xLabel: "epoch", yLabel: "test accuracy, %", series: ["relu","gelu","crrelu","lslu"].enumerated().map { i, n in
    let pts = (1...3).map { ChartPoint(x: Double($0), y: 84 + 2.2 * Double($0) * (1 - 0.2 * Double($0)) + Double(i) * 0.3) }
    return ChartSeries(name: n, points: pts, band: pts.map { $0.y - 0.25...$0.y + 0.25 }) })
  let c2 = Chart(title: "CRReLU: max(x, 0) + eps·x·exp(-x²/2)", xLabel: "x", yLabel: "y", series: [
    ChartSeries(name: "value, eps = 0.5", points: p({ max($0,0) + 0.5 * $0 * exp(-$0*$0/2) }, -4, 4, 200)),
    ChartSeries(name: "derivative", points: p({ ($0 > 0 ? 1 : 0) + 0.5 * (1 - $0*$0) * exp(-$0*$0/2) }, -4, 4, 200), isDashed: true, color: 0),
    ChartSeries(name: "eps = 1 <&> \"x\"", points: p({ max($0,0) + 1 * $0 * exp(-$0*$0/2) }, -4, 4, 200))])
  func w(_ s: String, _ path: String) { let f = fopen(path, "w"); fputs(s, f); fclose(f) }
  w(c1.svg(), "/tmp/chartdemo/a.svg"); w(c2.svg(), "/tmp/chartdemo/b.svg"); w(Chart.svg([c1,c2,c2,c1]), "/tmp/chartdemo/c.svg")
}
