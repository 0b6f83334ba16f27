// Variants: implementations of one operation for several instruction sets, and the choice between
// them.
//
// Every operation has one function type, one scalar variant (the specification) and one Highway
// source that is compiled once per instruction set. op.cc lists them; tests and benchmarks iterate
// over the same list.
#pragma once

#include <array>
#include <cstddef>

#include "base/check.h"
#include "base/cpu.h"

namespace edgevlm {

template <class Function>
struct Variant {
  Isa needs = Isa::kScalar;
  Function run = nullptr;
};

// The functions that one Highway source was compiled to, and those of files for a single
// instruction set that is no Highway target; null where there is none.
template <class Function>
struct HighwayVariants {
  Function avx512 = nullptr;
  Function avx2 = nullptr;
  Function sse4 = nullptr;
  Function neon = nullptr;
  Function avx512vnni = nullptr;
  Function dotprod = nullptr;
  Function i8mm = nullptr;
};

// The variants in this binary, widest first, scalar last.
template <class Function>
class VariantList {
 public:
  VariantList(const HighwayVariants<Function>& highway, Function scalar) {
    Add(Isa::kAvx512Vnni, highway.avx512vnni);
    Add(Isa::kAvx512, highway.avx512);
    Add(Isa::kAvx2, highway.avx2);
    Add(Isa::kSse4, highway.sse4);
    Add(Isa::kI8mm, highway.i8mm);
    Add(Isa::kDotprod, highway.dotprod);
    Add(Isa::kNeon, highway.neon);
    Add(Isa::kScalar, scalar);
  }

  const Variant<Function>* begin() const { return variants_.data(); }
  const Variant<Function>* end() const { return variants_.data() + count_; }
  Function scalar() const { return variants_[count_ - 1].run; }

  // The first variant that runs on the chosen instruction set. REQUIRES: ChooseIsa() succeeds.
  Function Chosen() const {
    const Result<Isa>& isa = ChooseIsa();
    CHECK(isa.ok());
    const Variant<Function>* variant = begin();
    while (!Includes(*isa, variant->needs)) ++variant;
    return variant->run;
  }

 private:
  void Add(Isa needs, Function run) {
    if (run != nullptr) variants_[count_++] = {needs, run};
  }

  std::array<Variant<Function>, 8> variants_;
  std::size_t count_ = 0;
};

}  // namespace edgevlm
