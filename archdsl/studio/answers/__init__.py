"""What a page is answered, a file for each kind of question; a question loads only its own."""
