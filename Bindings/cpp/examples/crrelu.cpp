// CRReLU forward and backward from C++:  c++ -std=c++17 -I include -I Bindings/cpp/include crrelu.cpp -lactzoo
#include <cstdio>
#include <cstring>

#include "actzoo/actzoo.hpp"

static void print(const char *name, const float *values, int count) {
  std::printf("%s", name);
  for (int i = 0; i < count; i++) {
    std::uint32_t bits;
    std::memcpy(&bits, &values[i], sizeof bits);
    std::printf(" 0x%08x", bits);
  }
  std::printf("\n");
}

int main() try {
  const float x[8] = {-4, -2, -1, -0.5f, 0, 0.5f, 1, 3}, dy[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  float       y[8], dx[8], eps = 0.05f, deps;

  actzoo::bound crrelu = actzoo::zoo().find("crrelu").bind();
  crrelu.forward({x, {8}}, {y, {8}}, {{&eps, {}}});
  crrelu.backward({x, {8}}, {dy, {8}}, {dx, {8}}, {{&eps, {}}}, {{&deps, {}}});

  print("y", y, 8);
  print("dx", dx, 8);
  print("deps", &deps, 1);
} catch (const actzoo::error &e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
