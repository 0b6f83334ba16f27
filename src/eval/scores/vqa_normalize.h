// Normalizes short answers as the evaluation of VQA does (Antol et al. 2015, "VQA: Visual Question
// Answering"; vqaEval.py of GT-Vision-Lab/VQA), with its quirks, since scores depend on them.
#pragma once

#include <string>
#include <string_view>

namespace edgevlm {

// In this order:
//   1. newline and tab become a space, outer space is removed;
//   2. each of ;/[]"{}()=+\_-><@`,?! is removed everywhere if the text has it beside a space, or
//   has
//      a comma between digits; otherwise it becomes a space;
//   3. the first 32 full stops that no digit follows are removed;
//   4. lower case; none, zero to ten become digits; a, an and the are removed;
//   5. words without their apostrophe get it ("dont" gives "don't");
//   6. words are joined by single spaces.
// "The Red-ish cup." gives "red ish cup". Cost: O(bytes).
std::string NormalizeVqaAnswer(std::string_view answer);

// The first step alone.
std::string TrimVqaAnswer(std::string_view answer);

// What lmms-eval does to an answer of TextVQA before that: lower case, no commas and question
// marks, and a space before 's.
std::string LowerTextVqaAnswer(std::string_view answer);

}  // namespace edgevlm
