"""The experiments of the lecture "Neural Networks Basics", one module each."""
