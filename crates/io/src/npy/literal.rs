//! The Python literal that is the header of an `.npy` file.

use super::NpyErrorKind;

/// A literal. Numbers and strings are kept as written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal<'a> {
    /// Without its quotes; escapes are not undone.
    Str(&'a str),
    /// Decimal digits, after a minus sign if negative.
    Int(&'a str),
    /// `True` or `False`.
    Bool(bool),
    /// `None`.
    None,
    /// A tuple.
    Tuple(Vec<Literal<'a>>),
    /// A list.
    List(Vec<Literal<'a>>),
    /// A dictionary, with the text of each value.
    Dict(Vec<(Literal<'a>, Literal<'a>, &'a str)>),
}

/// Deeper literals are refused, so that no file can exhaust the stack.
const DEPTH: usize = 32;

/// Reads a literal and nothing but white space after it.
///
/// # Errors
/// [`NpyErrorKind::Header`].
pub(crate) fn parse(text: &str) -> Result<Literal<'_>, NpyErrorKind> {
    let mut parser = Parser { text, at: 0 };
    let literal = parser.value(DEPTH)?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(literal),
        Some(_) => Err(parser.fault("the end")),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Takes `byte` after white space, if it is there.
    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), NpyErrorKind> {
        if self.take(byte) { Ok(()) } else { Err(self.fault(&format!("{:?}", char::from(byte)))) }
    }

    fn fault(&self, expected: &str) -> NpyErrorKind {
        NpyErrorKind::header(format!(
            "expected {expected} at position {} of {:?}",
            self.at,
            shorten(self.text)
        ))
    }

    fn value(&mut self, depth: usize) -> Result<Literal<'a>, NpyErrorKind> {
        if depth == 0 {
            return Err(NpyErrorKind::header(format!("nested more than {DEPTH} deep")));
        }
        self.skip_space();
        match self.peek() {
            Some(quote @ (b'\'' | b'"')) => self.string(quote),
            Some(b'-' | b'0'..=b'9') => self.integer(),
            Some(b'(') => self.tuple(depth),
            Some(b'[') => {
                self.at += 1;
                Ok(Literal::List(self.items(b']', |parser| parser.value(depth - 1))?.0))
            }
            Some(b'{') => {
                self.at += 1;
                Ok(Literal::Dict(self.items(b'}', |parser| parser.entry(depth - 1))?.0))
            }
            Some(_) => self.word(),
            None => Err(self.fault("a value")),
        }
    }

    /// What is separated by commas up to `close`, and whether the last one was followed by a comma.
    fn items<T>(
        &mut self,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Result<T, NpyErrorKind>,
    ) -> Result<(Vec<T>, bool), NpyErrorKind> {
        let mut items = Vec::new();
        let mut comma = false;
        while !self.take(close) {
            if !items.is_empty() && !comma {
                return Err(self.fault(&format!("',' or {:?}", char::from(close))));
            }
            items.push(item(self)?);
            comma = self.take(b',');
        }
        Ok((items, comma))
    }

    /// A tuple; one value in parentheses without a comma is that value.
    fn tuple(&mut self, depth: usize) -> Result<Literal<'a>, NpyErrorKind> {
        self.at += 1;
        let (mut items, comma) = self.items(b')', |parser| parser.value(depth - 1))?;
        match items.pop() {
            Some(only) if items.is_empty() && !comma => Ok(only),
            last => {
                items.extend(last);
                Ok(Literal::Tuple(items))
            }
        }
    }

    fn entry(&mut self, depth: usize) -> Result<(Literal<'a>, Literal<'a>, &'a str), NpyErrorKind> {
        let key = self.value(depth)?;
        self.expect(b':')?;
        self.skip_space();
        let start = self.at;
        let value = self.value(depth)?;
        Ok((key, value, &self.text[start..self.at]))
    }

    fn string(&mut self, quote: u8) -> Result<Literal<'a>, NpyErrorKind> {
        self.at += 1;
        let start = self.at;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.at += 2,
                b'\n' => break,
                _ if byte == quote => {
                    // Both ends are next to an ASCII byte, so they are character boundaries.
                    let text = &self.text[start..self.at];
                    self.at += 1;
                    return Ok(Literal::Str(text));
                }
                _ => self.at += 1,
            }
        }
        Err(NpyErrorKind::header(format!("a string has no end in {:?}", shorten(self.text))))
    }

    fn integer(&mut self) -> Result<Literal<'a>, NpyErrorKind> {
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let digits = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == digits {
            return Err(self.fault("a digit"));
        }
        let text = &self.text[start..self.at];
        // Python 2 marked its long integers, and wrote shapes with them on some systems.
        self.at += usize::from(self.peek() == Some(b'L'));
        Ok(Literal::Int(text))
    }

    fn word(&mut self) -> Result<Literal<'a>, NpyErrorKind> {
        for (word, literal) in
            [("True", Literal::Bool(true)), ("False", Literal::Bool(false)), ("None", Literal::None)]
        {
            if self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(literal);
            }
        }
        Err(self.fault("a value"))
    }
}

/// Enough of a text to recognise it in a message.
pub(crate) fn shorten(text: &str) -> String {
    const MOST: usize = 120;
    match text.trim_end().char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.trim_end().to_owned(),
    }
}
