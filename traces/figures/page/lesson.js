begin();
readAddress();
