// The tokens of a caption: words in lower case, without punctuation, as caption scores count them.
//
// The scores of papers use the PTB tokenizer of Stanford CoreNLP 3.4.1 with -lowerCase, and then
// remove 17 tokens of punctuation (pycocoevalcap; Chen et al. 2015, "Microsoft COCO Captions").
// This tokenizer follows the same rules for everything that captions contain:
//   - brackets stay, as -lrb- -rrb- -lsb- -rsb- -lcb- -rcb-, and so do runs such as "?!";
//   - "isn't" gives is n't, "bird's" gives bird 's, "cannot" gives can not;
//   - words with hyphens, 3/4, 12:30, 1,000 and web addresses stay whole;
//   - "$5" gives $ 5, "10%" gives 10 %, "50°C" gives 50 ° c;
//   - "mr." and "u.s." keep their stop; other words lose it;
//   - quotes, dashes and emoji are removed.
// It differs where texts are no prose: formulas, program code, markup.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edgevlm {

// caption: any bytes; those that are not UTF-8 are removed. Cost: O(bytes).
std::vector<std::string> CaptionTokens(std::string_view caption);

}  // namespace edgevlm
