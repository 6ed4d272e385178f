// Text as Mermaid takes it: words without what its grammar would stumble over, lines up to the size
// that its renderers accept.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace proactor_lab {

/// Letters, digits and a few signs stay; everything else, and the word "end", is written as
/// `#number;`. Long texts are cut with an ellipsis.
std::string mermaid_words(std::string_view text);

/// Renderers refuse more than 50,000 characters.
inline constexpr std::size_t mermaid_size_max = 50'000;

}  // namespace proactor_lab
