// Everything that actzoo.hpp offers, once; prints each fault and answers with their number. Built with
// and without exceptions, as C++17 and C++20, by two compilers.
#include "actzoo/actzoo.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <thread>
#if __cplusplus >= 202002L
#include <span>
#endif

static int  faults;
static void check(bool holds, const char *what, int line) {
  if (!holds) std::printf("line %d: %s\n", line, what), faults++;
}
#define CHECK(x) check(static_cast<bool>(x), #x, __LINE__)
static bool says(const actzoo::error &e, const char *words) {
  bool found = e && std::strstr(e.what(), words);
  if (!found) std::printf("the sentence is: %s\n", e.what());
  return found;
}

using floats = std::vector<float>;
static const floats x = {-4, -2, -1, -0.5f, 0, 0.5f, 1, 3};

static void forms_of_operands(const actzoo::bound &crrelu) {
  actzoo::error why;
  const floats  eps = {0.05f};
  floats        y(8), again(8);
  crrelu.forward(why, x, y, {eps});
  CHECK(!why);
  CHECK(std::fabs(y[0] + 4 * 0.05f * std::exp(-8.f)) < 1e-8 && y[7] > 3);

  float array[8];
  crrelu.forward(why, x, array, {{eps.data(), {}}});
  CHECK(!why && std::memcmp(array, y.data(), sizeof array) == 0);
  std::array<float, 8> standard;
  crrelu.forward(why, {x.data(), {2, 4}}, {standard.data(), {2, 4}}, {eps});
  CHECK(!why && std::memcmp(standard.data(), y.data(), sizeof array) == 0);
  crrelu.forward(why, {x.data(), {4, 2}, {1, 4}}, {again.data(), {4, 2}, {1, 4}}, {eps}); // transposed
  CHECK(!why && again == y);
  again = x;
  crrelu.forward(why, again, again, {eps}); // in place
  CHECK(!why && again == y);
  std::vector<std::int64_t>         shape = {2, 4};
  std::vector<actzoo::const_tensor> parameters = {eps};
  crrelu.forward(why, {x.data(), shape}, {again.data(), shape}, parameters);
  CHECK(!why && again == y);
  const actzoo::const_tensor whole(x);
  crrelu.forward(why, whole.view(), again, {eps}); // a DLTensor
  CHECK(!why && again == y);
#if __cplusplus >= 202002L
  crrelu.forward(why, std::span(x), std::span(again), {std::span(eps)});
  CHECK(!why && again == y);
#endif

  floats dy(8, 2), dx(8), ones(8), deps(1), y2(8), dx2(8), deps2(1);
  crrelu.backward(why, x, dy, dx, {eps}, {deps});
  CHECK(!why && dx[7] > 1.9 && deps[0] != 0);
  crrelu.backward(why, x, {}, ones, {eps});
  CHECK(!why && dx[7] == 2 * ones[7]);
  crrelu.backward(why, x, dy, {}, {eps}, {deps2}); // the parameter's gradient alone
  CHECK(!why && deps2 == deps);
  crrelu.fused(why, x, y2, dy, dx2, {eps}, {deps2});
  CHECK(!why && y2 == y && dx2 == dx && deps2 == deps);

  // Refusals: a sentence each, and nothing is written.
  floats small(7, -1);
  crrelu.forward(why, x, small, {eps});
  CHECK(why && why.status == ACTZOO_INVALID && small == floats(7, -1));
  crrelu.forward(why, x, y);
  CHECK(says(why, "parameter"));
  crrelu.forward(why, {x.data(), {2, 4}, {1}}, y, {eps});
  CHECK(says(why, "as many strides"));
  crrelu.forward(why, {x.data(), std::vector<std::int64_t>(33, 1)}, y, {eps});
  CHECK(says(why, "32 axes"));
  crrelu.backward(why, x, dy, dx, {eps}, {deps, deps});
  CHECK(says(why, "as many parameter gradients"));
  crrelu.forward(why, x, y, std::vector<actzoo::const_tensor>(999, eps));
  CHECK(why);
  crrelu.forward(why, x, std::vector<double>(8).data() ? y : y, {eps});
  CHECK(!why); // an error that is used again is cleared
  actzoo::bound().forward(why, x, y, {eps});
  CHECK(says(why, "not bound"));
}

template <class T> static void type(const actzoo::zoo &zoo, T three) {
  actzoo::error why;
  actzoo::bound relu = zoo.find(why, "relu").bind<T>(why);
  T             in[2] = {three, T()}, out[2] = {};
  relu.forward(why, in, out);
  CHECK(!why && std::memcmp(in, out, sizeof in) == 0);
}

static void types(const actzoo::zoo &zoo) {
  type<float>(zoo, 3);
  type<double>(zoo, 3);
  type<actzoo::half>(zoo, {0x4200});
  type<actzoo::bfloat16>(zoo, {0x4040});
  actzoo::error why;
  actzoo::bound relu = zoo.find(why, "relu").bind(why, ACTZOO_BF16);
  std::uint16_t in = 0x4040, out = 0;
  relu.forward(why, {&in, ACTZOO_BF16, {1}}, {&out, ACTZOO_BF16, {1}});
  CHECK(!why && in == out);
  double wide = 1;
  relu.forward(why, {&wide, {1}}, {&out, ACTZOO_BF16, {1}});
  CHECK(why);
}

static void granularities(const actzoo::zoo &zoo) {
  actzoo::error      why;
  actzoo::activation prelu = zoo.find(why, "prelu");
  actzoo::bound      f = prelu.bind<float>(why, {{ACTZOO_PER_CHANNEL, 0, 0}}, -1);
  const floats       a = {0.5f, 0.25f};
  floats             in(6, -4), out(6), da(2), dx(6);
  f.forward(why, {in.data(), {3, 2}}, {out.data(), {3, 2}}, {a});
  CHECK(!why && out == (floats{-2, -1, -2, -1, -2, -1}));
  f.backward(why, {in.data(), {3, 2}}, {}, {dx.data(), {3, 2}}, {a}, {da});
  CHECK(!why && da == (floats{-12, -12}) && dx[1] == 0.25f);
  prelu.bind<float>(why, {{ACTZOO_PER_CHANNEL, 0, 0}, {ACTZOO_PER_CHANNEL, 0, 0}});
  CHECK(why);
}

static void gates(const actzoo::zoo &zoo) {
  actzoo::error why;
  actzoo::bound bilinear = zoo.find(why, "bilinear").bind<float>(why);
  const floats  g = {1, 2, 3, 4, 5, 6, 7, 8};
  floats        y(8), dx(8), dg(8);
  bilinear.forward(why, {x, g}, y);
  CHECK(!why && y[0] == -4 && y[7] == 24);
  bilinear.backward(why, {x, g}, {}, {dx, dg});
  CHECK(!why && dx == g && dg == x);
  bilinear.backward(why, {x, g}, {}, {{}, dg});
  CHECK(!why && dg == x);
  bilinear.forward(why, x, y);
  CHECK(why);
}

static void noises(const actzoo::zoo &zoo) {
  actzoo::error                     why;
  actzoo::activation                rrelu = zoo.find(why, "rrelu");
  actzoo::bound                     f = rrelu.bind<float>(why);
  std::vector<floats>               values;
  std::vector<actzoo::const_tensor> parameters;
  for (std::uint32_t i = 0; i < rrelu.parameters().size(); i++) {
    std::vector<double> initial = rrelu.initial(why, i);
    values.emplace_back(initial.begin(), initial.end());
  }
  for (const floats &v : values) parameters.emplace_back(v.data(), actzoo::extents());
  const floats    u = actzoo::noise(7, 16, 8);
  floats          given(8), seeded(8), quiet(8);
  actzoo::options from_tensor, from_seed;
  from_tensor.noise = u;
  from_seed.seeded = true;
  from_seed.seed = 7;
  from_seed.offset = 16;
  f.forward(why, x, given, parameters, from_tensor);
  CHECK(!why);
  f.forward(why, x, seeded, parameters, from_seed);
  CHECK(!why && given == seeded);
  f.forward(why, x, quiet, parameters);
  CHECK(!why && quiet != given);
}

static void executors(const actzoo::zoo &zoo) {
  actzoo::error why;
  actzoo::bound silu = zoo.find(why, "silu").bind<float>(why);
  floats        in(1 << 20), own(in.size()), theirs(in.size()), queued(in.size());
  for (std::size_t i = 0; i < in.size(); i++) in[i] = static_cast<float>(i) / 65536 - 8;
  silu.forward(why, in, own);
  CHECK(!why);

  std::uint64_t ran = 0;
  auto          run = [&](std::uint64_t count, actzoo::task part) {
    for (std::uint64_t i = count; i-- > 0; ran++) part(i);
  };
  actzoo::executor loop = actzoo::executor::parallel_for(run, 4);
  actzoo::options  how;
  how.executor = &loop;
  silu.forward(why, in, theirs, {}, how);
  CHECK(!why && theirs == own && ran > 0);

  std::vector<std::thread> threads;
  auto                     enqueue = [&](actzoo::job part) { threads.emplace_back(part); };
  actzoo::executor         queue = actzoo::executor::schedule(enqueue, 2);
  how.executor = &queue;
  silu.forward(why, in, queued, {}, how);
  for (std::thread &thread : threads) thread.join();
  CHECK(!why && queued == own && !threads.empty());
}

static void closures(const actzoo::zoo &zoo) {
  actzoo::error           why;
  actzoo::activation      crrelu = zoo.find(why, "crrelu");
  actzoo::closure<double> point = crrelu.enclose<double>(why, ACTZOO_POINT, {0.5});
  CHECK(!why && point.point() && !point.array());
  CHECK(std::fabs(point.point()(-1) + 0.5 * std::exp(-0.5)) < 1e-12);
  actzoo::closure<> array = crrelu.enclose(why, ACTZOO_ARRAY);
  floats            y(8);
  CHECK(!why && array.array() && !array.point());
  array.array()(x.data(), y.data(), 8);
  CHECK(y[7] > 2.9f);
  CHECK(!crrelu.enclose<float>(why, 9) && why);
}

static void descriptions(const actzoo::zoo &zoo) {
  actzoo::error why;
  CHECK(zoo.all().size() > 80 && zoo.all()[0].name() < zoo.all()[1].name());
  actzoo::activation rational = zoo.find(why, "rational");
  CHECK(!why && !rational.presets().empty() && rational.parameters().size() == 2);
  CHECK(rational.parameters()[0].count == 6 && std::string(rational.info().id) == "org.zoo.rational/1");
  CHECK(rational.initial(why, 0, rational.presets()[0]).size() == 6 && !why);
  CHECK(rational.initial(why, 9).empty() && says(why, "no such parameter"));
  CHECK(rational.initial(why, 0, "nonsense").empty() && why);

  std::string text = zoo.find(why, "crrelu").source(why, "torch");
  CHECK(!why && text.find("nn.Module") != text.npos && text.back() == '\n');
  CHECK(zoo.find(why, "crrelu").source(why, "cobol").empty() && why);

  CHECK(!zoo.find(why, "crrelo") && says(why, "crrelu") && why.status == ACTZOO_NOT_FOUND);
  CHECK(!zoo.find(why, "crrelo").bind<float>(why) && says(why, "no activation here"));
  CHECK(zoo.find(why, "crrelo").parameters().empty() && zoo.find(why, "crelu").name().empty());
  actzoo::zoo strange(why, {"/nowhere/at/all"}, ACTZOO_ONLY_PATHS);
  CHECK(!why && strange && strange.all().empty() && strange.reports().size() == 1);

  CHECK(std::strcmp(actzoo::version().c_str(), actzoo_version()) == 0);
  actzoo::set_threads(2);
  CHECK(actzoo::threads() == 2);
}

#if ACTZOO_THROWS
template <class Body> static bool throws(Body body, const char *words) {
  try {
    body();
  } catch (const actzoo::error &e) {
    return says(e, words);
  }
  return false;
}

static void exceptions() {
  actzoo::zoo         zoo;
  actzoo::bound       f = zoo.find("crrelu").bind();
  const floats        eps = {0.05f};
  std::vector<double> wide(8);
  floats              y(8), dx(8), deps(1), y2(8);
  f.forward(x, y, {eps});
  f.backward(x, {}, dx, {eps}, {deps});
  f.fused(x, y2, {}, dx, {eps}, {deps});
  CHECK(y == y2);
  CHECK(zoo.find("crrelu").initial(0)[0] == 0.01);
  CHECK(zoo.find("crrelu").enclose<float>(ACTZOO_POINT).point()(3) > 2.9f);
  CHECK(throws([&] { zoo.find("crrelo"); }, "crrelu"));
  CHECK(throws([&] { zoo.find("crrelu").bind(17u); }, "type"));
  CHECK(throws([&] { f.forward(x, wide, {eps}); }, "f64"));
  // What was found lives on without the zoo it was found in.
  actzoo::activation kept = [] { return actzoo::zoo().find("mish"); }();
  CHECK(kept.name() == "mish");
}
#endif

int main() {
  actzoo::error why;
  actzoo::zoo   zoo(why);
  CHECK(!why);
  forms_of_operands(zoo.find(why, "crrelu").bind<float>(why));
  types(zoo);
  granularities(zoo);
  gates(zoo);
  noises(zoo);
  executors(zoo);
  closures(zoo);
  descriptions(zoo);
#if ACTZOO_THROWS
  exceptions();
#endif
  return faults;
}
