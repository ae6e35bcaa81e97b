// One of the callers of test_same_bits.py, which says what they read and write.
#include <cstdio>
#include <fstream>
#include <vector>

#include "actzoo/actzoo.hpp"

int main(int argc, char **argv) try {
  if (argc < 5) return 2;
  const std::int64_t count = std::stoll(argv[2]);
  std::ifstream      in(argv[3], std::ios::binary | std::ios::ate);
  std::vector<float> given(static_cast<std::size_t>(in.tellg()) / sizeof(float)), result(given.size());
  const auto         bytes = static_cast<std::streamsize>(given.size() * sizeof(float));
  in.seekg(0);
  in.read(reinterpret_cast<char *>(given.data()), bytes);

  const float                      *x = given.data(), *dy = x + count;
  float                            *y = result.data(), *dx = y + count;
  std::vector<actzoo::const_tensor> parameters;
  std::vector<actzoo::tensor>       dparameters;
  for (auto i = static_cast<std::size_t>(2 * count); i < given.size(); i++) {
    parameters.emplace_back(&given[i], actzoo::extents{1});
    dparameters.emplace_back(&result[i], actzoo::extents{1});
  }
  const actzoo::bound f = actzoo::zoo().find(argv[1]).bind();
  f.forward({x, {count}}, {y, {count}}, parameters);
  f.backward({x, {count}}, {dy, {count}}, {dx, {count}}, parameters, dparameters);
  std::ofstream(argv[4], std::ios::binary).write(reinterpret_cast<const char *>(result.data()), bytes);
} catch (const actzoo::error &e) {
  std::fprintf(stderr, "%s\n", e.what());
  return 1;
}
